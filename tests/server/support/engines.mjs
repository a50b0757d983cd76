import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../web-demo/server/database.mjs';
import { postgresBinaries, startPostgres } from './postgres-cluster.mjs';

/** @import { Database } from '../../../web-demo/server/database.mjs' */

/**
 * @typedef {object} Engine a kind of database that the suites run against
 * @property {string} name
 * @property {string | false} skip why it can't be tested here
 * @property {() => Promise<{ database: Database, stop: () => Promise<void> }>} open an empty one
 * @property {() => Promise<{ env: Record<string, string>, stop: () => Promise<void> }>} keep an empty one
 * that outlives the server's program, and the settings with which the program finds it
 */

const binaries = postgresBinaries();

/** @type {Engine[]} */
export const ENGINES = [
  {
    name: 'PGlite',
    skip: false,
    async open() {
      const database = await openDatabase();
      return { database, stop: () => database.close() };
    },
    async keep() {
      const folder = await mkdtemp(join(tmpdir(), 'chatlarder-pglite-'));
      return { env: { DATA_DIR: join(folder, 'data') }, stop: () => rm(folder, { recursive: true }) };
    },
  },
  {
    name: 'PostgreSQL',
    skip: binaries
      ? false
      : 'NO POSTGRESQL BINARIES UNDER /usr/lib/postgresql: the real PostgreSQL is NOT tested',
    async keep() {
      const { url, stop } = await startPostgres(/** @type {string} */ (binaries));
      return { env: { DATABASE_URL: url }, stop };
    },
    async open() {
      const cluster = await startPostgres(/** @type {string} */ (binaries));
      const database = await openDatabase({ url: cluster.url });
      return {
        database,
        async stop() {
          await database.close();
          await cluster.stop();
        },
      };
    },
  },
];

/** Everything that the tests made, gone; the epoch stays. @param {Database} database */
export async function empty(database) {
  await database.script(`
    TRUNCATE media_objects, message_changes, messages, members, chats, users;
    UPDATE server_state SET feed_position = 0;`);
}
