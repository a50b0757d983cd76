import { readdir, readFile } from 'node:fs/promises';

/** @import { Database, Session } from './database.mjs' */

const FOLDER = new URL('./migrations/', import.meta.url);

/** One number for all our servers, so that two that start at once don't migrate at once. */
const ADVISORY_LOCK = 7_236_119;

/**
 * Applies the migrations that this database hasn't had, all in one transaction. The files are named
 * `NNN-what.sql` and are never changed once released.
 *
 * @param {Database} database
 */
export async function migrate(database) {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  await database.transaction(async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await session.script(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())',
    );
    const applied = new Set((await session.query('SELECT name FROM migrations')).map((row) => row.name));
    refuseNewer(applied, files);
    for (const name of files.filter((file) => !applied.has(file))) await apply(session, name);
  });
}

/**
 * @param {Session} session
 * @param {string} name
 */
async function apply(session, name) {
  await session.script(await readFile(new URL(name, FOLDER), 'utf8'));
  await session.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
}

/**
 * @param {Set<string>} applied
 * @param {string[]} files
 */
function refuseNewer(applied, files) {
  const unknown = [...applied].filter((name) => !files.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `The database is newer than this server (it has had ${unknown.join(', ')}). Update the server.`,
    );
  }
}
