/** The repository's files, as git knows them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What is committed, and what is neither committed nor ignored. */
const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
});
const all = [...new Set(listing.split('\0'))].filter((path) => path && existsSync(join(root, path))).sort();

/** @param {RegExp} pattern for the path from the root @returns {string[]} without generated files */
export function trackedFiles(pattern) {
  return all.filter((path) => pattern.test(path) && !path.includes('/gen/'));
}

/** @param {string} path from the root */
export function readText(path) {
  return readFileSync(join(root, path), 'utf8');
}
