import { mkdir } from 'node:fs/promises';
import { PGlite, types } from '@electric-sql/pglite';
import { lockDataDir } from './data-dir-lock.mjs';
import { isolationOf } from './database.mjs';

/** @import { Database, Session } from './database.mjs' */

/**
 * PGlite: Postgres compiled to WebAssembly, in this process. It has one connection, so transactions run one
 * after the other. A killed process loses nothing that was committed; a power failure may (fsync is off).
 *
 * @param {string} [dataDir] in memory when absent
 * @returns {Promise<Database>}
 */
export async function openPglite(dataDir) {
  const unlock = dataDir ? await lockDirectory(dataDir) : async () => {};
  try {
    const engine = await PGlite.create({ dataDir, parsers: { [types.INT8]: Number } });
    return pgliteDatabase(engine, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** @param {string} dataDir */
async function lockDirectory(dataDir) {
  await mkdir(dataDir, { recursive: true });
  return lockDataDir(dataDir);
}

/**
 * @param {PGlite} engine
 * @param {() => Promise<void>} unlock
 * @returns {Database}
 */
function pgliteDatabase(engine, unlock) {
  return {
    kind: 'pglite',
    ...sessionOver(engine),
    transaction: (work, options = {}) =>
      /** @type {Promise<any>} */ (
        engine.transaction(async (transaction) => {
          await transaction.exec(`SET TRANSACTION ${isolationOf(options)}`);
          return work(sessionOver(transaction));
        })
      ),
    async close() {
      await engine.close();
      await unlock();
    },
  };
}

/**
 * @param {Pick<PGlite, 'query' | 'exec'>} executor
 * @returns {Session}
 */
function sessionOver(executor) {
  return {
    query: async (sql, parameters = []) =>
      /** @type {Record<string, any>[]} */ ((await executor.query(sql, parameters)).rows),
    async script(sql) {
      await executor.exec(sql);
    },
  };
}
