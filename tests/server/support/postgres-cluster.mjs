import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** Where the server's programs are, of the newest version. @returns {string | null} */
export function postgresBinaries() {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const folders = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/**
 * A PostgreSQL cluster of the test's own: made in a temporary folder, reachable through a socket in it, and
 * removed afterwards.
 *
 * @param {string} binaries
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startPostgres(binaries) {
  const folder = await mkdtemp(join(tmpdir(), 'chatlarder-pg-'));
  const owner = await unprivilegedUser();
  if (owner) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', 'larder', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(binaries, 'initdb'), initdb, { ...owner, cwd: folder });
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'log_min_messages=fatal',
  ];
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const kill = () => server.kill('SIGQUIT');
  process.once('exit', kill);
  await untilReady(binaries, folder, server);
  return {
    url: `postgres://larder@/postgres?host=${encodeURIComponent(folder)}`,
    async stop() {
      process.removeListener('exit', kill);
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
async function unprivilegedUser() {
  if (process.getuid?.() !== 0) return null;
  const idOf = async (/** @type {string} */ flag) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

/**
 * @param {string} binaries
 * @param {string} folder
 * @param {import('node:child_process').ChildProcess} server
 */
async function untilReady(binaries, folder, server) {
  let log = '';
  server.stderr?.setEncoding('utf8').on('data', (text) => (log += text));
  const deadline = Date.now() + 20_000;
  for (;;) {
    const ready = await run(join(binaries, 'pg_isready'), ['-h', folder, '-q']).then(
      () => true,
      () => false,
    );
    if (ready) return;
    if (server.exitCode !== null || Date.now() > deadline)
      throw new Error(`PostgreSQL did not start: ${log}`);
  }
}
