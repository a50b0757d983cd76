/** What the README's start tells its reader to do. */
import { readFile } from 'node:fs/promises';

const readme = new URL('../../README.md', import.meta.url);
const section = /^## Use it\n([\s\S]*?)^##/m;
const block = /([\s\S]*?)^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm;
const fileName = /`([\w.-]+\.(?:html|ts))`/;

/** @param {string} code of a shell; what stands behind a # is for readers */
function commandsOf(code) {
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
  const [, text] = section.exec(await readFile(readme, 'utf8'));
  const commands = [];
  const files = [];
  for (const [, words, language, code] of text.matchAll(block)) {
    if (language === 'sh') commands.push(...commandsOf(code));
    else files.push({ name: fileName.exec(words)[1], contents: code });
  }
  return { commands, files };
}
