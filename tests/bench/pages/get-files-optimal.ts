/** Hand-written IndexedDB reads files one after the other, each row and its bytes in one transaction. */
import type { CachedMediaBlob, CachedMediaMeta } from '../../../js-bindings/src/gen/schema.js';
import { checkFiles, filenameOf } from './support/files.js';
import { deleteDatabase, requestDone } from './support/idb.js';
import { chatId } from './support/messages.js';
import { randomFrom, shuffled } from './support/random.js';
import type { FilesTask } from './support/results.js';

function readFile(db: IDBDatabase, id: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(['media_meta', 'media_blobs']);
    transaction.onabort = () => reject(transaction.error);
    const meta = transaction.objectStore('media_meta').get(id) as IDBRequest<CachedMediaMeta>;
    meta.onsuccess = () => {
      const key = meta.result.localBlobKey!;
      const row = transaction.objectStore('media_blobs').get(key) as IDBRequest<CachedMediaBlob>;
      row.onsuccess = () => resolve(row.result.data as Blob);
    };
  });
}

export async function run({ user, files }: FilesTask): Promise<{ ms: number }> {
  const db = await requestDone(indexedDB.open(user));
  const names = shuffled(randomFrom(files), [...Array(files).keys()]).map(filenameOf);
  const read: ArrayBuffer[] = [];
  const start = performance.now();
  for (const name of names) read.push(await (await readFile(db, `${chatId(0)}:${name}`)).arrayBuffer());
  const ms = performance.now() - start;
  const rows = await requestDone(db.transaction('media_meta').objectStore('media_meta').getAll());
  await checkFiles(read, rows as CachedMediaMeta[]);
  db.close();
  await deleteDatabase(user);
  return { ms };
}
