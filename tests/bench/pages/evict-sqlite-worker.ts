/** The worker of SQLite with many small files: rows, and their bytes in a table beside them. */
import initSqlite, { type Database, type SAHPoolUtil } from '@sqlite.org/sqlite-wasm';
import { fileBytes } from './support/media-fill.js';
import { mediaRows } from './support/media-rows.js';
import type { EvictResult, EvictTask } from './support/results.js';
import { serveCalls } from './support/rpc.js';

const SETUP = `
  pragma locking_mode = exclusive; pragma journal_mode = truncate; pragma synchronous = normal;
  create table if not exists media (
    id text primary key not null, blob_key text, pinned integer not null, size integer not null,
    last_accessed integer not null, body text not null
  );
  create index if not exists by_last_accessed on media (last_accessed);
  create table if not exists blobs (key text primary key not null, data blob not null);
  create table if not exists stats (files integer not null, bytes integer not null);`;

let pool: SAHPoolUtil;
let db: Database;

function fill(size: EvictTask): void {
  const data = fileBytes(size.bytes);
  db.transaction(() => {
    const row = db.prepare('insert into media values (?, ?, ?, ?, ?, ?)');
    const blob = db.prepare('insert into blobs values (?, ?)');
    for (const meta of mediaRows(size).media_meta) {
      const { id, localBlobKey, isPinned, fileSize, lastAccessedAt } = meta;
      const body = JSON.stringify(meta);
      row.bind([id, localBlobKey, Number(isPinned), fileSize, lastAccessedAt, body]).stepReset();
      blob.bind([localBlobKey, data]).stepReset();
    }
    db.exec(`insert into stats values (${size.entries}, ${size.entries * size.bytes})`);
    row.finalize();
    blob.finalize();
  });
}

function evict(wanted: number): void {
  db.transaction(() => {
    const found = db.prepare(
      'select id, blob_key, size from media where blob_key is not null and not pinned order by last_accessed',
    );
    const victims: { id: string; key: string }[] = [];
    let freed = 0;
    while (freed < wanted && found.step()) {
      victims.push({ id: found.getString(0)!, key: found.getString(1)! });
      freed += found.getInt(2)!;
    }
    found.finalize();
    const row = db.prepare('delete from media where id = ?');
    const blob = db.prepare('delete from blobs where key = ?');
    for (const { id, key } of victims) {
      row.bind([id]).stepReset();
      blob.bind([key]).stepReset();
    }
    row.finalize();
    blob.finalize();
    db.exec(`update stats set files = files - ${victims.length}, bytes = bytes - ${freed}`);
  });
}

function left(): Omit<EvictResult, 'ms'> {
  const one = (sql: string) => db.selectValue(sql) as number;
  return {
    entries: one('select count(*) from media'),
    blobs: one('select count(*) from blobs'),
    oldestMs: one('select min(last_accessed) from media'),
  };
}

serveCalls({
  open: async (user: string) => {
    const sqlite = await initSqlite();
    pool = await sqlite.installOpfsSAHPoolVfs({ name: user });
    db = new pool.OpfsSAHPoolDb('/media.sqlite3');
    db.exec(SETUP);
  },
  fill,
  evict,
  left,
  close: () => {
    db.close();
    pool.pauseVfs();
  },
});
