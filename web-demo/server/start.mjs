import { access, constants } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { buildServer } from './app.mjs';
import { openDatabase } from './database.mjs';
import { generateMessages } from './generate.mjs';
import { readMessageFile } from './load-file.mjs';
import { loadMessages } from './load.mjs';

/** @import { Database } from './database.mjs' */
/** @import { LoadRecord, LoadReport, Unusable } from './load.mjs' */

/** This is a demo with well-known tokens: it is never reachable from another machine. */
const HOST = '127.0.0.1';
const STATIC_DIR = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * @typedef {object} StartOptions
 * @property {number} [port] 0 takes any free one
 * @property {string} [dataDir] where PGlite keeps its files; in memory when absent
 * @property {string} [databaseUrl] a real PostgreSQL instead
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
  try {
    const { faults, logger, historyKept, staticDir = STATIC_DIR } = options;
    const app = await buildServer({ database, faults, staticDir, logger, historyKept });
    await fill(database, options, say);
    await app.listen({ host: HOST, port });
    const { port: taken } = /** @type {import('node:net').AddressInfo} */ (app.server.address());
    return { url: `http://${HOST}:${taken}/`, database, close: () => closeAll(app, database) };
  } catch (error) {
    await database.close();
    throw error;
  }
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
 * @param {import('fastify').FastifyInstance} app
 * @param {Database} database
 */
async function closeAll(app, database) {
  await app.close();
  await database.close();
}

/**
 * @param {Database} database
 * @param {Pick<StartOptions, 'data' | 'generate'>} options
 * @param {(line: string) => void} say
 */
async function fill(database, { data, generate }, say) {
  if (data) await load(database, readMessageFile(data), `from ${data}`, say);
  if (generate) {
    await load(database, generateMessages(generate.chats, generate.messages), 'made up', say);
  }
}

/**
 * @param {Database} database
 * @param {AsyncIterable<LoadRecord | Unusable> | Iterable<LoadRecord>} records
 * @param {string} origin
 * @param {(line: string) => void} say
 */
async function load(database, records, origin, say) {
  const start = performance.now();
  const report = await loadMessages(database, records);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(`${reportText(report)} (${origin}, ${seconds} s)`);
}

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
