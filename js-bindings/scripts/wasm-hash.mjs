/**
 * The SHA-256 of the WebAssembly, which the changelog notes under the package's version: who builds it anew
 * can tell that it is the same. It can be only with the same tools and libraries, which are noted with it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const changelog = join(root, 'CHANGELOG.md');
const libraries = ['cjson/cJSON.c', 'uthash/uthash.h', 'uthash/utlist.h'];
const pattern = /^SHA-256 of `chatlarder.wasm`, built with (.*):\n`(\w*)`$/m;

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The tools' versions; of the libraries, which distributions patch, how their hashes begin. */
function madeWith() {
  const { stderr } = spawnSync('emcc', ['-v'], { encoding: 'utf8' });
  const [, emscripten] = /^emcc .* (\d\S*)/m.exec(stderr);
  const [, clang] = /clang version (\S+)/.exec(stderr);
  const hashes = libraries.map((path) => {
    return `${path.split('/').at(-1)} ${sha256(join(root, 'build/wasm', path)).slice(0, 8)}`;
  });
  return [`Emscripten ${emscripten}`, `clang ${clang}`, ...hashes].join(', ');
}

/** @returns {{ tools: string, hash: string }} of what is built */
export function builtHash() {
  return { tools: madeWith(), hash: sha256(join(root, 'dist/chatlarder.wasm')) };
}

/** The changelog in three parts, of which the second is about the package's version. */
function splitChangelog() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const text = readFileSync(changelog, 'utf8');
  const start = text.indexOf(`\n## ${version}`) + 1;
  if (start === 0) throw new Error(`CHANGELOG.md has no section for ${version}`);
  const end = text.indexOf('\n## ', start);
  const at = end < 0 ? text.length : end;
  return [text.slice(0, start), text.slice(start, at), text.slice(at)];
}

/** @returns {{ tools: string, hash: string } | null} as the changelog has it */
export function notedHash() {
  const [, tools, hash] = pattern.exec(splitChangelog()[1]) ?? [];
  return hash ? { tools, hash } : null;
}

/** Notes what is built, in place of what is noted for this version. */
export function noteHash() {
  const { tools, hash } = builtHash();
  const note = `SHA-256 of \`chatlarder.wasm\`, built with ${tools}:\n\`${hash}\``;
  const [before, section, after] = splitChangelog();
  const noted = pattern.test(section) ? section.replace(pattern, note) : `${section.trimEnd()}\n\n${note}\n`;
  writeFileSync(changelog, before + noted + after);
}
