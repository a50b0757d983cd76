import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildServer } from './app.mjs';
import { openDatabase } from './database.mjs';
import { generateMessages } from './generate.mjs';
import { readMessageFile } from './load-file.mjs';
import { loadMessages } from './load.mjs';
import { MediaFiles } from './media-files.mjs';
import { withSamples } from './samples/index.mjs';

/** @import { Database } from './database.mjs' */
/** @import { LoadRecord, LoadReport, Unusable } from './load.mjs' */

/** @typedef {AsyncIterable<LoadRecord | Unusable> | Iterable<LoadRecord>} Loadable */

/** This is a demo with well-known tokens: it is never reachable from another machine. */
const HOST = '127.0.0.1';
const STATIC_DIR = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * @typedef {object} StartOptions
 * @property {number} [port] 0 takes any free one
 * @property {string} [dataDir] where PGlite keeps its files; in memory when absent
 * @property {string} [databaseUrl] a real PostgreSQL instead
 * @property {string} [mediaDir] where the bytes of media lie; by default below `dataDir`, and without that
 * in a folder that goes with the server
 * @property {boolean} [faults]
 * @property {string} [staticDir]
 * @property {string} [data] a file of messages to load
 * @property {{ chats: number, messages: number }} [generate]
 * @property {number} [historyKept]
 * @property {import('fastify').FastifyServerOptions['logger']} [logger]
 * @property {(line: string) => void} [say] told what is being done
 *
 * @typedef {object} RunningServer
 * @property {string} url with a slash at its end
 * @property {Database} database
 * @property {string} mediaDir
 * @property {() => Promise<void>} close ends connections, then the database
 */

/**
 * Opens the database, fills it if asked to, and listens.
 *
 * @param {StartOptions} [options]
 * @returns {Promise<RunningServer>}
 */
export async function startServer({ port = 8080, dataDir, databaseUrl, say = () => {}, ...options } = {}) {
  if (options.data) await access(options.data, constants.R_OK);
  await probePort(port);
  const database = await openDatabase({ url: databaseUrl, dataDir });
  const media = await mediaFolder(options.mediaDir ?? (dataDir && join(dataDir, 'media')));
  const end = async () => {
    await database.close();
    await media.end();
  };
  try {
    const { faults, logger, historyKept, staticDir = STATIC_DIR } = options;
    const mediaDir = media.path;
    const app = await buildServer({ database, mediaDir, faults, staticDir, logger, historyKept });
    await fill(database, new MediaFiles(mediaDir), options, say);
    await app.listen({ host: HOST, port });
    const { port: taken } = /** @type {import('node:net').AddressInfo} */ (app.server.address());
    const close = () => app.close().then(end);
    return { url: `http://${HOST}:${taken}/`, database, mediaDir, close };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The folder for media: the one that is named, or one that `end` removes. @param {string} [named] */
async function mediaFolder(named) {
  if (named) return { path: named, end: async () => {} };
  const path = await mkdtemp(join(tmpdir(), 'chatlarder-media-'));
  return { path, end: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Rejects when the port is taken: better now than after loading for a while.
 *
 * @param {number} port
 * @returns {Promise<void>}
 */
function probePort(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, HOST, () => probe.close(() => resolve()));
  });
}

/**
 * @param {Database} database
 * @param {MediaFiles} files
 * @param {Pick<StartOptions, 'data' | 'generate'>} options
 * @param {(line: string) => void} say
 */
async function fill(database, files, { data, generate }, say) {
  const load = loaderOf(database, files, say);
  if (data) await load(readMessageFile(data), `from ${data}`);
  if (generate) {
    const { chats, messages } = generate;
    await load(withSamples(generateMessages(chats, messages), messages), 'made up');
  }
}

/**
 * @param {Database} database
 * @param {MediaFiles} files
 * @param {(line: string) => void} say
 * @returns {(records: Loadable, origin: string) => Promise<void>}
 */
const loaderOf = (database, files, say) => async (records, origin) => {
  const start = performance.now();
  const report = await loadMessages(database, records, files);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(`${reportText(report)} (${origin}, ${seconds} s)`);
};

/** @param {LoadReport} report */
function reportText({ chats, messages, known, skipped }) {
  const count = (/** @type {number} */ n) => n.toLocaleString('en');
  const reasons = Object.entries(skipped).map(([reason, number]) => `${count(number)} ${reason}`);
  return [
    `Loaded ${count(messages)} messages in ${count(chats)} chats`,
    known > 0 && `${count(known)} were there already`,
    reasons.length > 0 && `skipped: ${reasons.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}
