/** Makes the page's scripts: the harness page, the specs as one module, and modules that specs load. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { layouts } from './layouts.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The built package stays outside the bundle: its worker and its WebAssembly are found beside it. Its hooks
 * are in it, because they and the specs must have the same React.
 */
const servedPackage = {
  name: 'served-package',
  setup({ onResolve }) {
    onResolve({ filter: /^chatlarder$/ }, () => ({ path: '/dist/index.js', external: true }));
    onResolve({ filter: /^chatlarder\/service-worker$/ }, () => {
      return { path: '/dist/service-worker.js', external: true };
    });
    onResolve({ filter: /^chatlarder\/inspector$/ }, () => ({ path: '/dist/inspector.js', external: true }));
    onResolve({ filter: /^chatlarder\/react$/ }, () => ({ path: join(root, 'dist/react.js') }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  sourcemap: 'inline',
  plugins: [servedPackage],
  // The package says that importing it has no side effects; importing a spec has.
  ignoreAnnotations: true,
  logLevel: 'silent',
};

async function typeScriptFiles(folder, ending) {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(ending)).sort();
}

async function bundleSpecs(folder, runs) {
  const specs = (await typeScriptFiles(folder, '.spec.ts')).filter(runs);
  if (specs.length === 0) throw new Error(`There is no spec in ${folder}`);
  const contents = specs.map((name) => `import ${JSON.stringify(`./${name}`)};`).join('\n');
  const stdin = { contents, resolveDir: folder, sourcefile: 'all-specs.ts', loader: 'ts' };
  const { outputFiles } = await build({ ...common, stdin });
  return outputFiles[0].text;
}

async function bundleFile(path) {
  const { outputFiles } = await build({ ...common, entryPoints: [path] });
  return outputFiles[0].text;
}

/**
 * @param {string} folder where the specs are; those in its folder `modules` are served one by one
 * @param {string[]} wanted layouts
 * @returns {Promise<Map<string, string>>} the scripts by the path under which the page finds them
 */
export async function bundleScripts(folder, wanted) {
  const scripts = new Map();
  for (const layout of wanted) {
    scripts.set(`/specs-${layout}.js`, await bundleSpecs(folder, layouts[layout]));
  }
  scripts.set('/page.js', await bundleFile(fileURLToPath(new URL('page.ts', import.meta.url))));
  const modules = join(folder, 'modules');
  for (const name of await typeScriptFiles(modules, '.ts')) {
    scripts.set(`/modules/${basename(name, '.ts')}.js`, await bundleFile(join(modules, name)));
  }
  return scripts;
}
