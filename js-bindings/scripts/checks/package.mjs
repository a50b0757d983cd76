/** What is built: its one import, its hash and its size. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { builtHash, notedHash } from '../wasm-hash.mjs';
import { root } from './files.mjs';

const dist = join(root, 'dist');
const allowedImport = 'env.emscripten_notify_memory_growth';
/**
 * 45,000 in the design, from before the outbox, which takes about 6,000 of the core and 1,500 around it, and
 * before media and the byte limit, which take about 13,000 of the core and 4,000 around it. What media need
 * besides is loaded when it is first needed, and has a bound of its own.
 */
const packageBytes_max = 82_000;
const mediaBytes_max = 9_000;
const startBytes_max = 8_000;
const reactBytes_max = 1_500;
const inspectorBytes_max = 13_000;

/** The module asks for nothing but to be told that its memory has grown: no clock, no randomness. */
export function wasmImports() {
  const module = new WebAssembly.Module(readFileSync(join(dist, 'chatlarder.wasm')));
  const names = WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`);
  if (names.length === 1 && names[0] === allowedImport) return [];
  return [`it imports ${names.join(', ') || 'nothing'}, not only ${allowedImport}`];
}

/** Other tools make other bytes: then there is nothing to compare. */
export function wasmHash() {
  const built = builtHash();
  const noted = notedHash();
  const remark = `${built.hash.slice(0, 12)}…, built with ${built.tools}`;
  if (noted && noted.tools !== built.tools)
    return { problems: [], remark: `${remark}; noted for ${noted.tools}` };
  const problem = `CHANGELOG.md notes ${noted?.hash ?? 'none'}: run \`npm run build -- --note-hash\``;
  return { problems: noted?.hash === built.hash ? [] : [problem], remark };
}

function gzippedBytes(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

function judge(paths, max) {
  const bytes = paths.reduce((total, path) => total + gzippedBytes(path), 0);
  const remark = `${bytes} of ${max} bytes, gzipped`;
  return { problems: bytes > max ? ['it is too large'] : [], remark };
}

/** A module and all it imports statically. */
function withImports(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const text = readFileSync(path, 'utf8');
  const specifiers = text.matchAll(/\b(?:import|export)\b[^'"()]*?['"](\.[^'"]+)['"]/g);
  for (const [, specifier] of specifiers) withImports(join(dirname(path), specifier), found);
  return found;
}

/** What every page loads; what it asks for only now and then, `verify.js` say, comes on top. */
export function loadedSize() {
  const modules = new Set();
  for (const name of ['index.js', 'link.js', 'worker.js']) withImports(join(dist, name), modules);
  return judge([...modules, join(dist, 'chatlarder.wasm')], packageBytes_max);
}

/** What is loaded at the first call that concerns media, in the page and in its worker. */
export function mediaSize() {
  return judge(
    ['media-calls.js', 'media-tools.js'].map((name) => join(dist, name)),
    mediaBytes_max,
  );
}

/** What a page must load before it can show a chat from disk. */
export function startSize() {
  return judge([...withImports(join(dist, 'index.js'))], startBytes_max);
}

/** The hooks, on top of what a page loads; React itself is the app's. */
export function reactSize() {
  return judge([...withImports(join(dist, 'react.js'))], reactBytes_max);
}

/** The inspector, which only developers load. */
export function inspectorSize() {
  return judge([...withImports(join(dist, 'inspector.js'))], inspectorBytes_max);
}
