/** Files by `idb`: the row and its bytes, a Blob, in one transaction. */
import { deleteDB, openDB } from 'idb';
import { DATABASE, STORES } from '../../../js-bindings/src/gen/schema.js';
import type { CachedMediaBlob, CachedMediaMeta } from '../../../js-bindings/src/gen/schema.js';
import { newBlobKey, verify, type FileStore } from './support/file-store.js';
import { metaOf } from './support/files.js';
import { blobRow } from './support/media-fill.js';
import { chatId } from './support/messages.js';

export async function open(user: string): Promise<FileStore> {
  const db = await openDB(user, DATABASE.version, {
    upgrade: (upgraded) => {
      for (const schema of STORES) {
        const store = upgraded.createObjectStore(schema.name, { keyPath: schema.keyPath as string });
        for (const { name, keyPath, unique } of schema.indexes) store.createIndex(name, keyPath, { unique });
      }
    },
  });
  return {
    put: async (file) => {
      await verify(file);
      const row = metaOf(chatId(0), file, newBlobKey());
      const transaction = db.transaction(['media_meta', 'media_blobs'], 'readwrite', {
        durability: 'relaxed',
      });
      await Promise.all([
        transaction.objectStore('media_meta').put(row),
        transaction.objectStore('media_blobs').put(blobRow(row, new Blob([file.bytes]))),
        transaction.done,
      ]);
    },
    get: async (filename) => {
      const transaction = db.transaction(['media_meta', 'media_blobs']);
      const meta = (await transaction
        .objectStore('media_meta')
        .get(`${chatId(0)}:${filename}`)) as CachedMediaMeta;
      const row = (await transaction.objectStore('media_blobs').get(meta.localBlobKey!)) as CachedMediaBlob;
      return (row.data as Blob).arrayBuffer();
    },
    rows: () => db.getAll('media_meta') as Promise<CachedMediaMeta[]>,
    close: () => db.close(),
    destroy: async () => {
      db.close();
      await deleteDB(user);
    },
  };
}
