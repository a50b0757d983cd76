/** What a user of the installed package can come to, beginning at its exports. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const besideIt = /["'`]\.\/([\w-]+\.(?:js|wasm))["'`]/g;

function targets(folder, condition) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap((entry) => entry[condition] ?? (entry.types ? [] : entry));
}

/** Scripts name the ones they load by their addresses beside them. */
function loaded(folder, path, found) {
  if (found.has(path)) return found;
  found.add(path);
  if (!path.endsWith('.js')) return found;
  const text = readFileSync(join(folder, path), 'utf8');
  for (const [, name] of text.matchAll(besideIt)) loaded(folder, `dist/${name}`, found);
  return found;
}

function scripts(folder) {
  const found = new Set();
  for (const path of targets(folder, 'default')) loaded(folder, relative('.', path), found);
  return [...found].filter((path) => path.startsWith('dist/'));
}

/** As the compiler reads them. */
function types(folder) {
  const entries = targets(folder, 'types').filter((path) => path.endsWith('.d.ts'));
  const args = [compiler, '--listFilesOnly', '--ignoreConfig', ...entries];
  const listed = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const paths = listed.split('\n').map((path) => relative(folder, resolve(folder, path)));
  return paths.filter((path) => path.startsWith('dist/'));
}

/** @param {string} folder of the package @returns {string[]} paths in it, of scripts with their maps */
export function reachable(folder) {
  const maps = scripts(folder)
    .filter((path) => path.endsWith('.js'))
    .map((path) => `${path}.map`);
  return [...scripts(folder), ...maps, ...types(folder)];
}
