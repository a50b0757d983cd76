/**
 * Hand-written IndexedDB makes room: a cursor over the index of the last use passes what is pinned or not
 * here, deletes rows and bytes, and the statistics' row is kept in step, all in one relaxed transaction.
 */
import { DATABASE, type CachedMediaMeta, type CacheStats } from '../../../js-bindings/src/gen/schema.js';
import { requestDone, transactionDone } from './support/idb.js';
import { afterEviction, filesLeft } from './support/media-fill.js';
import type { EvictResult, EvictTask } from './support/results.js';

function evict(db: IDBDatabase, wanted: number): Promise<void> {
  const stores = ['media_meta', 'media_blobs', 'cache_stats'];
  const transaction = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
  const [meta, blobs, stats] = stores.map((name) => transaction.objectStore(name));
  const known = stats!.get('stats') as IDBRequest<CacheStats>;
  const cursors = meta!.index('by_last_accessed').openCursor();
  let freed = 0;
  let files = 0;
  cursors.onsuccess = () => {
    const cursor = cursors.result;
    if (!cursor || freed >= wanted) {
      stats!.put(afterEviction(known.result, freed, files));
      return transaction.commit();
    }
    const { localBlobKey, isPinned, fileSize } = cursor.value as CachedMediaMeta;
    if (localBlobKey !== null && !isPinned) {
      blobs!.delete(localBlobKey);
      cursor.delete();
      freed += fileSize;
      files += 1;
    }
    cursor.continue();
  };
  return transactionDone(transaction);
}

export async function run({ user, bytes, victims }: EvictTask): Promise<EvictResult> {
  const name = `${DATABASE.defaultNamespace}-${user}-cache`;
  const db = await requestDone(indexedDB.open(name));
  const start = performance.now();
  await evict(db, victims * bytes);
  const ms = performance.now() - start;
  db.close();
  return { ms, ...(await filesLeft(name)) };
}
