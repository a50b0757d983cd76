/** The fenced blocks of the documents. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * @typedef {object} Snippet
 * @property {string} document its path from the root
 * @property {number} line where its code begins
 * @property {string} language the first word behind the fence
 * @property {string} place the second: where it runs
 * @property {string} code
 * @property {string} name of its file, without an extension: what its first line calls it, or its line
 */

/** README and guides; the pages of the API reference, which are made of doc comments. */
export async function documents() {
  const below = (await readdir(join(root, 'docs'), { recursive: true })).filter((name) =>
    name.endsWith('.md'),
  );
  const pages = below.map((name) => `docs/${name}`);
  const isReference = (page) => page.startsWith('docs/api/');
  return {
    guides: ['README.md', ...pages.filter((page) => !isReference(page))],
    reference: pages.filter(isReference),
  };
}

/** @param {string} document @returns {Promise<Snippet[]>} */
export async function snippetsOf(document) {
  return extract(document, await readFile(join(root, document), 'utf8'));
}

/** @returns {Snippet[]} Throws when a fence is not closed. */
export function extract(document, text) {
  const found = [];
  let open = null;
  text.split('\n').forEach((line, i) => {
    const [, indent, fence, info] = /^(\s*)(```+|~~~+)\s*(.*)$/.exec(line) ?? [];
    if (open && fence?.startsWith(open.fence) && !info) {
      found.push(snippetOf(document, open));
      open = null;
    } else if (open) open.lines.push(line.slice(Math.min(open.indent, line.search(/\S|$/))));
    else if (fence) open = { fence, indent: indent.length, info, line: i + 2, lines: [] };
  });
  if (open) throw new Error(`${document}:${open.line} is a block that does not end`);
  return found;
}

function snippetOf(document, { info, line, lines }) {
  const [language = '', place = ''] = info.trim().split(/\s+/);
  const [, name = `line-${line}`] = /^\/\/ ([\w-]+)\.tsx?$/.exec(lines[0] ?? '') ?? [];
  return { document, line, language, place, code: `${lines.join('\n')}\n`, name };
}
