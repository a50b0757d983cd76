/** The package as npm would publish it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {string} folder where the tarball goes
 * @returns {{ tarball: string, files: string[] }} its path, and the paths in it
 */
export function pack(folder) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  const [{ filename, files }] = JSON.parse(execFileSync('npm', args, options));
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}
