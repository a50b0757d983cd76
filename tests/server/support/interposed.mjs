/** @import { Database, Session } from '../../../web-demo/server/database.mjs' */

/**
 * The same database with a step of the test's own inside its transactions. (PGlite runs one transaction
 * after the other, so there a step that waits for another one would wait for ever.)
 *
 * @param {Database} database
 * @param {{ afterQuery?: () => Promise<void>, beforeCommit?: () => Promise<void> }} steps
 * @returns {Database}
 */
export function interposed(database, { afterQuery = async () => {}, beforeCommit = async () => {} }) {
  return {
    ...database,
    transaction: (work, options) =>
      database.transaction(async (session) => {
        const result = await work(withStep(session, afterQuery));
        await beforeCommit();
        return result;
      }, options),
  };
}

/**
 * @param {Session} session
 * @param {() => Promise<void>} afterQuery
 * @returns {Session}
 */
function withStep(session, afterQuery) {
  return {
    ...session,
    async query(sql, parameters) {
      const rows = await session.query(sql, parameters);
      await afterQuery();
      return rows;
    },
  };
}
