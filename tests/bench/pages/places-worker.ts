/** The worker that stores and reads files one after the other, their bytes in the database or in files. */
import { readEntry } from '../../../js-bindings/src/blobs/indexeddb.js';
import { filePlace } from '../../../js-bindings/src/blobs/opfs.js';
import { makeFiles, metaOf, type ServedFile } from './support/files.js';
import { openHandWritten, transactionDone } from './support/idb.js';
import { blobRow } from './support/media-fill.js';
import { chatId } from './support/messages.js';
import type { PlaceResult, PlaceTask } from './support/results.js';
import { serveCalls } from './support/rpc.js';

let db: IDBDatabase;
const requestId = chatId(0);

/** How bytes are stored and read, together with the entry's row. */
interface Way {
  put: (file: ServedFile, key: string) => Promise<void>;
  get: (file: ServedFile) => Promise<Blob | null>;
  remove: (key: string) => Promise<void>;
}

const idOf = ({ filename }: ServedFile) => `${requestId}:${filename}`;

function write(work: (meta: IDBObjectStore, blobs: IDBObjectStore) => void): Promise<void> {
  const stores = ['media_meta', 'media_blobs'];
  const transaction = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
  work(transaction.objectStore('media_meta'), transaction.objectStore('media_blobs'));
  const done = transactionDone(transaction);
  transaction.commit();
  return done;
}

const database: Way = {
  put: (file, key) =>
    write((meta, blobs) => {
      const row = metaOf(requestId, file, key);
      meta.put(row);
      blobs.put(blobRow(row, new Blob([file.bytes], { type: file.mimeType })));
    }),
  get: async (file) => (await readEntry(db, idOf(file), 'localBlobKey')).blob,
  remove: (key) => write((_, blobs) => blobs.delete(key)),
};

const files: Way = {
  async put(file, key) {
    await filePlace(db.name).write({ requestId, key }, [file.bytes]);
    await write((meta) => meta.put(metaOf(requestId, file, key)));
  },
  async get(file) {
    const { meta } = await readEntry(db, idOf(file), 'localBlobKey');
    return filePlace(db.name).read({ requestId, key: meta!.localBlobKey! }, file.mimeType);
  },
  remove: (key) => filePlace(db.name).remove({ requestId, key }),
};

async function timeWay(
  { put, get, remove }: Way,
  prefix: string,
  served: ServedFile[],
): Promise<PlaceResult> {
  const keys = served.map(() => `${prefix}-${crypto.randomUUID().replaceAll('-', '')}`);
  const start = performance.now();
  for (const [i, file] of served.entries()) await put(file, keys[i]!);
  const putMs = performance.now() - start;
  const startGet = performance.now();
  for (const file of served) {
    const bytes = await (await get(file))?.arrayBuffer();
    if (bytes?.byteLength !== file.bytes.byteLength) throw new Error(`${file.filename} can't be read`);
  }
  const getMs = performance.now() - startGet;
  for (const key of keys) await remove(key);
  return { putMs: putMs / served.length, getMs: getMs / served.length };
}

serveCalls({
  open: async (name: string) => void (db = await openHandWritten(name)),
  time: async ({ place, files: count, bytes }: PlaceTask) => {
    const served = await makeFiles(count, bytes);
    return place === 'files' ? timeWay(files, 'f', served) : timeWay(database, 'b', served);
  },
  close: () => db.close(),
});
