/** What the README's start tells its reader to do. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract, root } from './snippets/extract.mjs';

const readme = 'README.md';
const section = /^## Use it\n[\s\S]*?^##/m;
const fileName = /`([\w.-]+\.(?:html|ts))`/;

/** @param {string} code of a shell; what stands behind a # is for readers */
export function commandsOf(code) {
  const lines = code.trim().split('\n');
  return lines.map((line) => line.replace(/\s+#.*/, ''));
}

/**
 * The blocks of the section "Use it": those of a shell are commands; any other is the contents of the file
 * that is the first to be named, in backticks, between it and the block before.
 *
 * @returns {Promise<{ commands: string[], files: { name: string, contents: string }[] }>} in their order
 */
export async function readStart() {
  const [text] = section.exec(await readFile(join(root, readme), 'utf8'));
  const lines = text.split('\n');
  const commands = [];
  const files = [];
  let from = 0;
  for (const { language, code, line } of extract(readme, text)) {
    const words = lines.slice(from, line - 2).join('\n');
    from = line + code.split('\n').length - 1;
    if (language === 'sh') commands.push(...commandsOf(code));
    else files.push({ name: fileName.exec(words)[1], contents: code });
  }
  return { commands, files };
}
