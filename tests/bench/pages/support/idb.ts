/** What hand-written IndexedDB needs besides the API itself. */
import { DATABASE, STORES } from '../../../../js-bindings/src/gen/schema.js';

export function requestDone<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function transactionDone(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** A database with the very stores and indexes that the package has. */
export function openHandWritten(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, DATABASE.version);
  request.onupgradeneeded = () => {
    for (const schema of STORES) {
      const store = request.result.createObjectStore(schema.name, { keyPath: schema.keyPath });
      for (const { name: index, keyPath, unique } of schema.indexes)
        store.createIndex(index, keyPath, { unique });
    }
  };
  return requestDone(request);
}

/** How many messages a database holds, read past whoever wrote it. */
export async function countMessages(name: string): Promise<number> {
  const db = await requestDone(indexedDB.open(name));
  const count = await requestDone(db.transaction('messages').objectStore('messages').count());
  db.close();
  return count;
}

/** A row as it was stored, without the time of storing. */
export async function storedRow(name: string, requestId: string, sequence: number): Promise<string> {
  const db = await requestDone(indexedDB.open(name));
  const index = db.transaction('messages').objectStore('messages').index('by_request_sequence');
  const row = (await requestDone(index.get([requestId, sequence]))) as Record<string, unknown>;
  db.close();
  return JSON.stringify({ ...row, _cachedAt: 0 });
}

export function deleteDatabase(name: string): Promise<unknown> {
  return requestDone(indexedDB.deleteDatabase(name));
}
