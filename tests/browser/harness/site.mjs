/** The site of a test that drives the built package in a page of its own. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../../../dist', import.meta.url));

/**
 * Makes it in a folder: `page.html` and `page.ts` of the test's own folder, and the package below dist/.
 *
 * @param {string} folder
 * @param {string} pageFolder
 */
export async function makeSite(folder, pageFolder) {
  await build({
    entryPoints: [join(pageFolder, 'page.ts')],
    outfile: join(folder, 'page.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    plugins: [
      {
        name: 'served-package',
        setup({ onResolve }) {
          onResolve({ filter: /^chatlarder$/ }, () => ({ path: '/dist/index.js', external: true }));
        },
      },
    ],
    logLevel: 'warning',
  });
  await cp(join(pageFolder, 'page.html'), join(folder, 'index.html'));
  await cp(dist, join(folder, 'dist'), { recursive: true });
}
