/**
 * Makes dist/, the publishable package: the core as WebAssembly, the bundled page and worker entries with
 * source maps, the types and the licences of what is compiled in. Prints their sizes, and last the SHA-256
 * of the WebAssembly, which `--note-hash` writes into the changelog.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { notices } from './notices.mjs';
import { builtHash, noteHash } from './wasm-hash.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = join(root, 'dist');

const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });

function buildCore() {
  run('emcmake', 'cmake', '--preset', 'wasm'); // each time, so that a changed preset counts
  run('cmake', '--build', '--preset', 'wasm');
  cpSync(join(root, 'build/wasm/chatlarder.wasm'), join(dist, 'chatlarder.wasm'));
}

/** What is needed only now and then stays a file of its own, found beside the one that imports it. */
const importedLater = {
  name: 'imported-later',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ kind, path }) => {
      return kind === 'dynamic-import' ? { path, external: true } : null;
    });
  },
};

/** Tells other bundlers to leave an `import()` as it is. */
const bundlersLeaveIt = '/* @vite-ignore */ /* webpackIgnore: true */';

/** Minifying takes comments away, so that they go through it as texts; of the same length, for the maps. */
function putComments(path) {
  const text = readFileSync(path, 'utf8');
  const standIn = `"${bundlersLeaveIt}"+`;
  const written = text.replaceAll(standIn, bundlersLeaveIt.padEnd(standIn.length));
  if (written.includes(`"${bundlersLeaveIt}`))
    throw new Error(`a comment of ${path} can't be put in its place`);
  writeFileSync(path, written);
}

/** The errors of the worker have no texts: the page has them. */
async function bundle(WITH_TEXTS, ...entryPoints) {
  await build({
    absWorkingDir: join(root, 'js-bindings/src'),
    entryPoints,
    define: { WITH_TEXTS: String(WITH_TEXTS), BUNDLERS_LEAVE_IT: JSON.stringify(bundlersLeaveIt) },
    plugins: [importedLater],
    external: ['react'],
    outdir: dist,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: true,
    sourcesContent: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const entry of entryPoints) putComments(join(dist, `${entry.out ?? entry.replace(/\.ts$/, '')}.js`));
}

const compiler = join(root, 'node_modules/typescript/bin/tsc');

function emitTypes() {
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--stripInternal'];
  const places = ['--rootDir', 'js-bindings/src', '--outDir', 'dist/types'];
  run(process.execPath, compiler, '-p', 'js-bindings', ...flags, ...places);
}

/** Each module has had its types written; those that no public ones lead to are nobody's business. */
function dropInnerTypes() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.values(exports).flatMap(({ types = [] }) => types);
  const args = [compiler, '--listFilesOnly', ...entries];
  const listed = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).split('\n');
  const outer = new Set(listed.map((path) => resolve(root, path)));
  const folder = join(dist, 'types');
  const all = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  const inner = all.filter((path) => path.endsWith('.d.ts') && !outer.has(path));
  for (const path of inner) rmSync(path);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
run(process.execPath, join(root, 'js-bindings/scripts/generate.mjs'));
buildCore();
await bundle(true, 'index.ts', 'link.ts', 'background.ts', 'service-worker.ts');
await bundle(true, 'media-calls.ts', 'verify.ts', 'repair.ts', 'destroy.ts', 'react.ts');
await bundle(true, { in: 'inspector/index.ts', out: 'inspector' });
await bundle(false, 'worker.ts', 'serve.ts', 'media-tools.ts');
emitTypes();
dropInnerTypes();
writeFileSync(join(dist, 'NOTICES.txt'), notices());
for (const name of readdirSync(dist).filter((file) => /\.(js|wasm)$/.test(file))) {
  const bytes = readFileSync(join(dist, name));
  console.log(`dist/${name}  ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}
console.log(`dist/chatlarder.wasm  SHA-256 ${builtHash().hash}`);
if (process.argv.includes('--note-hash')) noteHash();
