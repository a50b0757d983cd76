/**
 * Dexie makes room: the index of the last use in order (`orderBy`, `until`), then `bulkDelete`
 * (https://dexie.org/docs/Table/Table.bulkDelete()), all in one transaction. It takes the database's own
 * schema, as it does where none is declared (https://dexie.org/docs/Dexie/Dexie.open()).
 */
import { Dexie, type Table } from 'dexie';
import { DATABASE, type CachedMediaMeta, type CacheStats } from '../../../js-bindings/src/gen/schema.js';
import { afterEviction, filesLeft } from './support/media-fill.js';
import type { EvictResult, EvictTask } from './support/results.js';

export async function run({ user, bytes, victims }: EvictTask): Promise<EvictResult> {
  const name = `${DATABASE.defaultNamespace}-${user}-cache`;
  const db = new Dexie(name, { chromeTransactionDurability: 'relaxed' });
  await db.open();
  const meta: Table<CachedMediaMeta, string> = db.table('media_meta');
  const blobs: Table<object, string> = db.table('media_blobs');
  const stats: Table<CacheStats, string> = db.table('cache_stats');
  const start = performance.now();
  await db.transaction('rw', meta, blobs, stats, async () => {
    const rows: CachedMediaMeta[] = [];
    let freed = 0;
    const byUse = meta.orderBy('lastAccessedAt').until(() => freed >= victims * bytes);
    await byUse.each((row) => {
      if (row.localBlobKey === null || row.isPinned) return;
      rows.push(row);
      freed += row.fileSize;
    });
    const known = (await stats.get('stats'))!;
    await Promise.all([
      meta.bulkDelete(rows.map(({ id }) => id)),
      blobs.bulkDelete(rows.map(({ localBlobKey }) => localBlobKey!)),
      stats.put(afterEviction(known, freed, rows.length)),
    ]);
  });
  const ms = performance.now() - start;
  db.close();
  return { ms, ...(await filesLeft(name)) };
}
