/** `idb` makes room as by hand: along the index of the last use, in one transaction, cursor by cursor. */
import { openDB } from 'idb';
import { DATABASE, type CachedMediaMeta, type CacheStats } from '../../../js-bindings/src/gen/schema.js';
import { afterEviction, filesLeft } from './support/media-fill.js';
import type { EvictResult, EvictTask } from './support/results.js';

export async function run({ user, bytes, victims }: EvictTask): Promise<EvictResult> {
  const name = `${DATABASE.defaultNamespace}-${user}-cache`;
  const db = await openDB(name);
  const start = performance.now();
  const transaction = db.transaction(['media_meta', 'media_blobs', 'cache_stats'], 'readwrite', {
    durability: 'relaxed',
  });
  const meta = transaction.objectStore('media_meta');
  const blobs = transaction.objectStore('media_blobs');
  const stats = transaction.objectStore('cache_stats');
  const deletions: Promise<void>[] = [];
  let freed = 0;
  let cursor = await meta.index('by_last_accessed').openCursor();
  for (; cursor && freed < victims * bytes; cursor = await cursor.continue()) {
    const { localBlobKey, isPinned, fileSize } = cursor.value as CachedMediaMeta;
    if (localBlobKey === null || isPinned) continue;
    deletions.push(blobs.delete(localBlobKey), cursor.delete());
    freed += fileSize;
  }
  const known = (await stats.get('stats')) as CacheStats;
  const gone = deletions.length / 2;
  await Promise.all([...deletions, stats.put(afterEviction(known, freed, gone)), transaction.done]);
  const ms = performance.now() - start;
  db.close();
  return { ms, ...(await filesLeft(name)) };
}
