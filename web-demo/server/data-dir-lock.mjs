import { createHash } from 'node:crypto';
import { realpath, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps a second process out of a data directory: two PGlites on the same files would destroy them. The
 * lock is a local socket that this process listens on, so it ends with the process, however that ends.
 *
 * @param {string} directory
 * @returns {Promise<() => Promise<void>>} releases the lock
 */
export async function lockDataDir(directory) {
  const address = socketAddress(await realpath(directory));
  const server = (await listen(address)) ?? (await listenInsteadOfDead(address));
  if (!server) {
    throw new Error(`${directory} is in use by another server. Stop it, or set DATA_DIR to another folder.`);
  }
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** A short name: socket paths are limited to about 100 bytes. @param {string} directory */
function socketAddress(directory) {
  const name = `chatlarder-${createHash('sha256').update(directory).digest('hex').slice(0, 20)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/**
 * @param {string} address
 * @returns {Promise<import('node:net').Server | null>} null when the address is taken
 */
function listen(address) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}

/** Takes over the socket file that a killed process left behind. @param {string} address */
async function listenInsteadOfDead(address) {
  if (await answers(address)) return null;
  await unlink(address).catch(() => {});
  return listen(address);
}

/** @param {string} address @returns {Promise<boolean>} */
function answers(address) {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
