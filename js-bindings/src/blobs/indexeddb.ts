import type { CachedMediaBlob, CachedMediaMeta } from '../gen/schema.js';
import { abortOf, instead } from '../values.js';
import type { BlobPlace } from './place.js';

/** An entry, and its bytes where they were asked for and lie in the database. */
export interface FoundEntry {
  meta: CachedMediaMeta | undefined;
  blob: Blob | null;
}

/** The store `media_blobs` as a place. */
export function databasePlace(db: IDBDatabase): BlobPlace {
  return {
    read: ({ key }, mimeType) =>
      new Promise((resolve, reject) => {
        const transaction = db.transaction('media_blobs', 'readonly');
        transaction.onabort = () => reject(abortOf(transaction));
        getBlob(transaction, key, mimeType, resolve);
      }),
  };
}

/**
 * Reads an entry, and in the same transaction its bytes: those under the key that `member` names. An entry
 * that can't be read isn't there, so that its file is fetched again.
 */
export function readEntry(
  db: IDBDatabase,
  id: string,
  member: 'localBlobKey' | 'thumbnailBlobKey' | null,
): Promise<FoundEntry> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(['media_meta', 'media_blobs'], 'readonly');
    transaction.onabort = () => reject(abortOf(transaction));
    const row = transaction.objectStore('media_meta').get(id) as IDBRequest<CachedMediaMeta | undefined>;
    row.onsuccess = () => {
      const meta = row.result;
      const key = member && meta?.[member];
      if (!key?.startsWith('b-')) return resolve({ meta, blob: null });
      const type = member === 'localBlobKey' ? meta!.mimeType : '';
      getBlob(transaction, key, type, (blob) => resolve({ meta, blob }));
    };
    row.onerror = instead(() => resolve({ meta: undefined, blob: null }));
  });
}

/** A value whose side file is gone can't be read, which costs nothing but that value. */
function getBlob(
  transaction: IDBTransaction,
  key: string,
  mimeType: string,
  take: (blob: Blob | null) => void,
): void {
  const request = transaction.objectStore('media_blobs').get(key) as IDBRequest<CachedMediaBlob | undefined>;
  request.onsuccess = () => take(blobOf(request.result, mimeType));
  request.onerror = instead(() => take(null));
}

/** The bytes of a row, which where a browser stores no Blobs are an ArrayBuffer. */
function blobOf(row: Partial<CachedMediaBlob> | undefined, mimeType: string): Blob | null {
  const type = mimeType || row?.mimeType || '';
  if (row?.data instanceof Blob) return row.data.slice(0, row.data.size, type);
  return row?.data instanceof ArrayBuffer ? new Blob([row.data], { type }) : null;
}

/** A key that is none of the core's. */
const PROBE = 'probe';

/**
 * Whether this browser stores Blobs: WebKit refuses where it keeps a database in memory. What is tried is
 * deleted in another transaction: of a Blob that is put and deleted in one, WebKit leaves the file, and takes
 * it for the next one's. Rejects when nothing at all can be stored now, so that nothing is known.
 */
export async function storesBlobs(db: IDBDatabase): Promise<boolean> {
  const row = { key: PROBE, lastAccessedAt: 0 };
  const put = (data: Blob | ArrayBuffer) => write(db, (store) => store.put({ ...row, data }));
  const areStored = await put(new Blob([PROBE])).then(
    () => true,
    () => put(new ArrayBuffer(1)).then(() => false),
  );
  await write(db, (store) => store.delete(PROBE));
  return areStored;
}

function write(db: IDBDatabase, work: (store: IDBObjectStore) => IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction('media_blobs', 'readwrite');
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(abortOf(transaction));
    try {
      work(transaction.objectStore('media_blobs'));
    } catch (error) {
      reject(error);
      transaction.abort();
    }
  });
}
