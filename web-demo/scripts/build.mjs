/** Builds the page into `web-demo/dist`: the app, its icons, and last its service worker. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build as buildApp } from 'vite';
import { injectManifest } from 'workbox-build';

/** @param {string} path relative to web-demo */
const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const PRECACHED_BYTES_MAX = 8 * 1024 * 1024;

await buildApp({ configFile: here('vite.config.ts') });
const { count, size } = await addServiceWorker();
console.log(`web-demo/dist: ${count} files to precache, ${Math.round(size / 1024)} KiB`);

/** The address of the larder's WebAssembly, which has a hash in its name. */
async function wasmUrl() {
  const names = (await readdir(here('dist/assets'))).filter((name) => name.endsWith('.wasm'));
  if (names.length !== 1)
    throw new Error(`one .wasm was to be built: ${names.join(', ') || 'there is none'}`);
  return `/assets/${names[0]}`;
}

/** Bundles the service worker and writes the list of everything the build made into it. */
async function addServiceWorker() {
  const folder = await mkdtemp(join(tmpdir(), 'chatlarder-sw-'));
  try {
    const bundled = join(folder, 'sw.js');
    await bundle({
      entryPoints: [here('src/sw.ts')],
      outfile: bundled,
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2022',
      define: {
        'process.env.NODE_ENV': '"production"',
        'import.meta.url': 'self.location.href',
        WASM_URL: JSON.stringify(await wasmUrl()),
      },
    });
    return await injectManifest({
      swSrc: bundled,
      swDest: here('dist/sw.js'),
      globDirectory: here('dist'),
      globPatterns: ['**/*.{html,css,js,wasm,svg,png,webmanifest}'],
      globIgnores: ['sw.js'],
      dontCacheBustURLsMatching: /^assets\//,
      maximumFileSizeToCacheInBytes: PRECACHED_BYTES_MAX,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
