import pg from 'pg';
import { isolationOf } from './database.mjs';

/** @import { Database, Session } from './database.mjs' */

const CONNECTIONS_MAX = 10;
const STATEMENT_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A real PostgreSQL behind a small pool of connections. The database should be the server's own.
 *
 * @param {string} url
 * @returns {Promise<Database>}
 */
export async function openPostgres(url) {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    types: { getTypeParser: parserFor },
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {});
  return {
    kind: 'postgres',
    ...sessionOver(pool),
    transaction: (work, options = {}) => inTransaction(pool, isolationOf(options), work),
    close: () => pool.end(),
  };
}

/**
 * @template T
 * @param {pg.Pool} pool
 * @param {string} isolation
 * @param {(session: Session) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inTransaction(pool, isolation, work) {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query(`BEGIN ${isolation}`);
    const result = await work(sessionOver(client));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * @param {pg.Pool | pg.PoolClient} executor
 * @returns {Session}
 */
function sessionOver(executor) {
  return {
    query: async (sql, parameters = []) => (await executor.query(sql, parameters)).rows,
    async script(sql) {
      await executor.query(sql);
    },
  };
}

/**
 * `bigint` as a number: nothing we store comes near 2^53.
 *
 * @param {number} oid
 * @param {any} [format]
 * @returns {any}
 */
function parserFor(oid, format) {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
}
