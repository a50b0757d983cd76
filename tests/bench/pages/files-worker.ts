/** The worker of hand-written IndexedDB with files: bytes are here, as from a server; rows are put. */
import { openHandWritten, transactionDone } from './support/idb.js';
import { makeFiles, metaOf, sha256Of, type ServedFile } from './support/files.js';
import { blobRow } from './support/media-fill.js';
import { chatId } from './support/messages.js';
import { serveCalls } from './support/rpc.js';

let db: IDBDatabase;
let files: ServedFile[];

/** One relaxed transaction: rows, bytes and the statistics' row. */
function put(some: ServedFile[]): Promise<void> {
  const stores = ['media_meta', 'media_blobs', 'cache_stats'];
  const transaction = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
  const [meta, blobs, stats] = stores.map((name) => transaction.objectStore(name));
  for (const file of some) {
    const row = metaOf(chatId(0), file, `b-${crypto.randomUUID().replaceAll('-', '')}`);
    meta!.put(row);
    blobs!.put(blobRow(row, new Blob([file.bytes], { type: file.mimeType })));
  }
  const mediaSize = some.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  stats!.put({ key: 'stats', mediaSize, mediaCount: some.length, updatedAt: Date.now() });
  const done = transactionDone(transaction);
  transaction.commit();
  return done;
}

serveCalls({
  open: async (name: string, count: number, bytes: number) => {
    db = await openHandWritten(name);
    files = await makeFiles(count, bytes);
  },
  putAll: () => put(files),
  putEach: async () => {
    for (const file of files) {
      if ((await sha256Of(file.bytes)) !== file.sha256) throw new Error(`${file.filename} is damaged`);
      await put([file]);
    }
  },
  close: () => db.close(),
});
