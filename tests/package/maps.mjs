/** Whether a source map tells where a script's code comes from. */
import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';

/** Texts are the same in a script and in its source; a directive is moved to the top and leads nowhere. */
const texts = /"(?!use )([A-Za-z][\w ]{5,})"/g;

/** @returns {Promise<string[]>} the texts of a script that its map leads elsewhere, or nowhere */
export async function strayTexts(path) {
  const script = await readFile(path, 'utf8');
  const payload = JSON.parse(await readFile(`${path}.map`, 'utf8'));
  const map = new SourceMap(payload);
  const isThere = (text, line, column) => {
    const { generatedColumn, originalSource, originalLine, originalColumn } = map.findEntry(line, column);
    if (generatedColumn !== column) return false;
    const source = payload.sourcesContent[payload.sources.indexOf(originalSource)];
    return source?.split('\n')[originalLine]?.startsWith(text, originalColumn + 1);
  };
  return script.split('\n').flatMap((code, line) => {
    const found = [...code.matchAll(texts)];
    return found.filter(({ 1: text, index }) => !isThere(text, line, index)).map(([, text]) => text);
  });
}
