/** Turns positions in the bundles of a run into positions in the sources they were made from. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const inlineMap = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)/;
const address = /https?:\/\/[^/\s]+(\/[^\s:?]+)(?:\?[^\s:]*)?:(\d+):(\d+)/g;

/** The map of a bundle, or of a script of the built package, which has its map beside it. */
function readMap(path, scripts) {
  if (path.startsWith('/dist/')) return parseMap(readFileSync(join(root, `${path}.map`), 'utf8'));
  const [, encoded] = inlineMap.exec(scripts.get(path));
  return parseMap(Buffer.from(encoded, 'base64').toString('utf8'));
}

function parseMap(text) {
  return new SourceMap(JSON.parse(text));
}

/**
 * @param {Map<string, string>} scripts bundles by path, each with its map inside
 * @returns {(stack: string) => string} replaces each `http://…/specs.js:4:2` by the source's name and line,
 *   and leaves out the lines of mocha, chai and the engine itself
 */
export function sourcePositions(scripts) {
  const maps = new Map();
  const mapOf = (path) => {
    if (!maps.has(path)) maps.set(path, readMap(path, scripts));
    return maps.get(path);
  };
  const position = (text, path, line, column) => {
    if (!scripts.has(path) && !existsSync(join(root, `${path}.map`))) return text;
    const entry = mapOf(path).findEntry(Number(line) - 1, Number(column) - 1);
    return entry.originalSource
      ? `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`
      : text;
  };
  return (stack) => stack.replace(address, position).split('\n').filter(isOurs).join('\n');
}

function isOurs(line) {
  return line.trim() !== '' && !/node_modules|\/mocha\.js|\[native code\]/.test(line);
}
