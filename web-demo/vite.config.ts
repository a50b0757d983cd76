import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { iconFiles } from './scripts/icons.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The page. What the service worker needs to know of it is added afterwards, by `scripts/build.mjs`. */
export default defineConfig({
  root: here('.'),
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: 'hidden', // for who profiles the page, as a test does
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  plugins: [
    {
      name: 'icons',
      generateBundle() {
        for (const { fileName, source } of iconFiles()) this.emitFile({ type: 'asset', fileName, source });
      },
    },
  ],
});
