/** Packs the package as npm would publish it and installs it into a small app in a temporary folder. */
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../../js-bindings/scripts/pack.mjs';

function npm(folder, ...args) {
  const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  return execFileSync('npm', args, options);
}

/** The page of the app; `script` is the address of its one module. */
export function pageFor(script) {
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chat</title></head>' +
    `<body><ol id="messages"></ol><script type="module" src="${script}"></script></body></html>`
  );
}

/**
 * @returns {Promise<{app: string, installed: string, files: string[], remove: () => Promise<void>}>} `app` is
 *   the app's folder, `installed` the package's in it, and `files` are the paths in the tarball
 */
export async function installPacked() {
  const folder = await mkdtemp(join(tmpdir(), 'chatlarder-package-'));
  const app = join(folder, 'app');
  const { tarball, files } = pack(folder);
  await cp(fileURLToPath(new URL('app', import.meta.url)), app, { recursive: true });
  await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  npm(app, 'install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball);
  const remove = () => rm(folder, { recursive: true, force: true });
  return { app, installed: join(app, 'node_modules', 'chatlarder'), files, remove };
}
