import { openDatabase } from '../../../web-demo/server/database.mjs';
import { postgresBinaries, startPostgres } from './postgres-cluster.mjs';

/** @import { Database } from '../../../web-demo/server/database.mjs' */

/**
 * @typedef {object} Engine a kind of database that the suites run against
 * @property {string} name
 * @property {string | false} skip why it can't be tested here
 * @property {() => Promise<{ database: Database, stop: () => Promise<void> }>} open an empty one
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
  },
  {
    name: 'PostgreSQL',
    skip: binaries
      ? false
      : 'NO POSTGRESQL BINARIES UNDER /usr/lib/postgresql: the real PostgreSQL is NOT tested',
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
    TRUNCATE message_changes, messages, members, chats, users;
    UPDATE server_state SET feed_position = 0;`);
}
