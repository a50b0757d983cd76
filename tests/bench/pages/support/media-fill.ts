/** Databases with many media, filled by hand. */
import type { CachedMediaBlob, CachedMediaMeta, CacheStats } from '../../../../js-bindings/src/gen/schema.js';
import { openHandWritten, requestDone, transactionDone } from './idb.js';
import { mediaRows, type MediaSize } from './media-rows.js';

/** The bytes of all files: what is in them doesn't matter, but they can't be compressed. */
export function fileBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** The row of an entry's bytes, as the package stores it. */
export function blobRow(meta: CachedMediaMeta, data: Blob | ArrayBuffer): CachedMediaBlob {
  const { localBlobKey, fileSize: size, mimeType, lastAccessedAt } = meta;
  return { key: localBlobKey!, data, size, mimeType, createdAt: lastAccessedAt, lastAccessedAt };
}

/**
 * Makes a database with chats and media, all in one transaction; the bytes as ArrayBuffers, since Chromium
 * fails at the files of 50,000 Blobs.
 */
export async function fillDatabase(name: string, size: MediaSize): Promise<void> {
  const db = await openHandWritten(name);
  const rows = mediaRows(size);
  const data = fileBytes(size.bytes).buffer;
  const stores = [...Object.keys(rows), 'media_blobs'];
  const transaction = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
  const blobs = transaction.objectStore('media_blobs');
  for (const [store, records] of Object.entries(rows))
    for (const record of records as object[]) transaction.objectStore(store).put(record);
  for (const meta of rows.media_meta) blobs.put(blobRow(meta, data));
  await transactionDone(transaction);
  db.close();
}

/** The row of statistics when files have gone. */
export function afterEviction(known: CacheStats, freed: number, files: number): CacheStats {
  return {
    ...known,
    totalSize: known.totalSize - freed,
    mediaSize: known.mediaSize - freed,
    mediaCount: known.mediaCount - files,
    updatedAt: Date.now(),
  };
}

/** What is in a database: its files, and when the one was used that was not used for longest. */
export async function filesLeft(name: string): Promise<{ entries: number; blobs: number; oldestMs: number }> {
  const db = await requestDone(indexedDB.open(name));
  const transaction = db.transaction(['media_meta', 'media_blobs']);
  const meta = transaction.objectStore('media_meta');
  const byUse = meta.index('by_last_accessed').openKeyCursor();
  const [entries, blobs] = [meta.count(), transaction.objectStore('media_blobs').count()];
  await transactionDone(transaction);
  db.close();
  return { entries: entries.result, blobs: blobs.result, oldestMs: byUse.result!.key as number };
}
