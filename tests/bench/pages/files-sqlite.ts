/**
 * Files by SQLite in its worker: a row and its bytes, as a BLOB in a table beside it
 * (https://sqlite.org/intern-v-extern-blob.html: within the database, up to about 100 kB the faster way).
 */
import initSqlite from '@sqlite.org/sqlite-wasm';
import { verify, type FileStore } from './support/file-store.js';
import { metaOf } from './support/files.js';
import { chatId } from './support/messages.js';

const SETUP = `
  pragma locking_mode = exclusive; pragma journal_mode = truncate; pragma synchronous = normal;
  pragma page_size = 16384;
  create table if not exists media (
    filename text primary key not null, last_accessed integer not null, body text not null
  ) without rowid;
  create index if not exists by_last_accessed on media (last_accessed);
  create table if not exists blobs (filename text primary key not null, data blob not null);`;

export async function open(user: string): Promise<FileStore> {
  const sqlite = await initSqlite();
  const pool = await sqlite.installOpfsSAHPoolVfs({ name: user });
  const db = new pool.OpfsSAHPoolDb('/files.sqlite3');
  db.exec(SETUP);
  const row = db.prepare('insert or replace into media values (?, ?, ?)');
  const blob = db.prepare('insert or replace into blobs values (?, ?)');
  const data = db.prepare('select data from blobs where filename = ?');
  const bodies = db.prepare('select body from media');
  const close = () => {
    for (const statement of [row, blob, data, bodies]) statement.finalize();
    db.close();
    pool.pauseVfs();
  };
  return {
    put: async (file) => {
      await verify(file);
      const meta = metaOf(chatId(0), file, file.filename);
      db.transaction(() => {
        row.bind([file.filename, meta.lastAccessedAt, JSON.stringify(meta)]).stepReset();
        blob.bind([file.filename, file.bytes]).stepReset();
      });
    },
    get: async (filename) => {
      data.bind([filename]).step();
      const bytes = data.getBlob(0)!;
      data.reset();
      return bytes.buffer as ArrayBuffer;
    },
    rows: async () => {
      const all: { sha256Hash: string | null }[] = [];
      while (bodies.step()) all.push(JSON.parse(bodies.getString(0)!) as { sha256Hash: string });
      bodies.reset();
      return all;
    },
    close,
    destroy: async () => {
      close();
      await pool.removeVfs();
    },
  };
}
