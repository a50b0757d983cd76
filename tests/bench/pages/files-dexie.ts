/**
 * Files by Dexie: stored, but never indexed, as its documentation wants it
 * (https://dexie.org/docs/Version/Version.stores()); as Blobs, beside their rows.
 */
import { Dexie, type Table } from 'dexie';
import type { CachedMediaBlob, CachedMediaMeta } from '../../../js-bindings/src/gen/schema.js';
import { newBlobKey, verify, type FileStore } from './support/file-store.js';
import { metaOf } from './support/files.js';
import { blobRow } from './support/media-fill.js';
import { chatId } from './support/messages.js';

export async function open(user: string): Promise<FileStore> {
  const db = new Dexie(user, { chromeTransactionDurability: 'relaxed' });
  db.version(1).stores({
    media_meta: 'id, requestId, lastAccessedAt, downloadStatus',
    media_blobs: 'key, lastAccessedAt',
  });
  await db.open();
  const meta: Table<CachedMediaMeta, string> = db.table('media_meta');
  const blobs: Table<CachedMediaBlob, string> = db.table('media_blobs');
  return {
    put: async (file) => {
      await verify(file);
      const row = metaOf(chatId(0), file, newBlobKey());
      await db.transaction('rw', meta, blobs, () =>
        Promise.all([meta.put(row), blobs.put(blobRow(row, new Blob([file.bytes])))]),
      );
    },
    get: (filename) =>
      db
        .transaction('r', meta, blobs, async () => {
          const row = await meta.get(`${chatId(0)}:${filename}`);
          return blobs.get(row!.localBlobKey!);
        })
        .then((found) => (found!.data as Blob).arrayBuffer()),
    rows: () => meta.toArray(),
    close: () => db.close(),
    destroy: () => db.delete(),
  };
}
