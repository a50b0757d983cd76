import { migrate } from './migrate.mjs';

/**
 * The one interface to SQL. Two implementations stand behind it: the embedded PGlite and a real PostgreSQL.
 * Statements are parameterised ($1, $2, …); `bigint` columns come back as numbers, `timestamptz` as Dates.
 *
 * @typedef {Record<string, any>} Row
 *
 * @typedef {object} Session
 * @property {(sql: string, parameters?: unknown[]) => Promise<Row[]>} query one statement; resolves to its
 * rows
 * @property {(sql: string) => Promise<void>} script several statements without parameters (migrations)
 *
 * @typedef {object} TransactionOptions
 * @property {boolean} [snapshot] read only, everything seen as of one moment (repeatable read)
 *
 * @typedef {object} DatabaseParts
 * @property {'pglite' | 'postgres'} kind
 * @property {<T>(work: (session: Session) => Promise<T>, options?: TransactionOptions) => Promise<T>}
 * transaction
 *   commits when `work` resolves, rolls back when it rejects
 * @property {() => Promise<void>} close
 *
 * @typedef {Session & DatabaseParts} Database
 */

/**
 * Opens the database and brings its tables up to date. A `url` means a real PostgreSQL; else PGlite keeps
 * its files in `dataDir`, or in memory when there is none. The driver that isn't used isn't loaded.
 *
 * @param {{ url?: string, dataDir?: string }} [options]
 * @returns {Promise<Database>}
 */
export async function openDatabase({ url, dataDir } = {}) {
  const database = url
    ? await (await import('./database-postgres.mjs')).openPostgres(url)
    : await (await import('./database-pglite.mjs')).openPglite(dataDir);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** The statement that begins a transaction of the given kind. @param {TransactionOptions} options */
export function isolationOf({ snapshot = false }) {
  return snapshot ? 'ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'ISOLATION LEVEL READ COMMITTED';
}
