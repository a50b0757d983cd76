/** The package is made of its sources alone: built anew in another folder it is the same, byte for byte. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = ['wasm', 'js-bindings', 'CMakeLists.txt', 'CMakePresets.json', 'LICENSE', 'package.json'];
const libraries = ['.deps', ...['esbuild', '@esbuild', 'typescript', '@types', 'csstype'].map(inModules)];

function inModules(name) {
  return join('node_modules', name);
}

/** @returns {Promise<string>} the `dist/` of a build in a fresh folder */
async function buildAnew(folder) {
  for (const path of [...sources, ...libraries].filter((path) => existsSync(join(root, path)))) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  const options = { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] };
  execFileSync(process.execPath, ['js-bindings/scripts/build.mjs'], options);
  return join(folder, 'dist');
}

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return paths.map((path) => path.slice(folder.length)).sort();
}

test('two builds give the same bytes', { timeout: 200_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'chatlarder-of-a-path-that-is-nowhere-else-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [first, second] = [join(root, 'dist'), await buildAnew(folder)];
  const names = await filesIn(first);
  assert.deepEqual(await filesIn(second), names);
  for (const name of names) {
    const [one, other] = await Promise.all([first, second].map((dist) => readFile(join(dist, name))));
    assert.ok(one.equals(other), `dist${name} differs from one build to the next`);
  }
});
