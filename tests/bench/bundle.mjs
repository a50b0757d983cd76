/** Makes the scripts of pages/, each file a module of its own, and what is measured outside a browser. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('pages/', import.meta.url));

/** Packages that stay outside: worker and WebAssembly are found beside them. */
const servedPackages = {
  name: 'served-packages',
  setup({ onResolve }) {
    const serve = (filter, path) => onResolve({ filter }, () => ({ path, external: true }));
    serve(/^chatlarder$/, '/dist/index.js');
    serve(/^@sqlite\.org\/sqlite-wasm$/, '/sqlite/index.mjs');
  },
};

/** @returns {Promise<Map<string, string>>} the scripts by the path under which a page finds them */
export async function bundlePages() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: names.map((name) => join(folder, name)),
    outdir: '/scripts',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    plugins: [servedPackages],
    define: { 'process.env.NODE_ENV': '"production"' }, // Workbox asks
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

/**
 * Modules of pages/ as an app bundles them.
 *
 * @param {string[]} modules
 * @returns {Promise<Uint8Array>}
 */
export async function bundleForSize(modules) {
  const { outputFiles } = await build({
    stdin: { contents: modules.map((path) => `export * from '${path}';`).join('\n'), resolveDir: folder },
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['chatlarder'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  return outputFiles[0].contents;
}

/**
 * @param {string} packageFolder
 * @param {string[]} names
 * @returns {Promise<string[]>} these files of a build, and what they import statically
 */
export async function closureOf(packageFolder, names) {
  const { metafile } = await build({
    absWorkingDir: packageFolder,
    entryPoints: names,
    outdir: 'nowhere',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    splitting: true,
    logLevel: 'silent',
  });
  const found = new Set(names);
  for (const name of found) {
    for (const { path, kind } of metafile.inputs[name].imports)
      if (kind === 'import-statement') found.add(path);
  }
  return [...found].map((path) => basename(path));
}

/** The package's way into the core, the benches' server and their rows, for this process. */
export async function bundleForNode() {
  const contents = `
    export { Core } from '../../../js-bindings/src/core.js';
    export { bodiesOf } from '../../../js-bindings/src/store.js';
    export { ChatServer } from './support/chat-server.js';
    export { makeMessage } from './support/messages.js';
    export { mediaRows } from './support/media-rows.js';`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    define: { WITH_TEXTS: 'false' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
