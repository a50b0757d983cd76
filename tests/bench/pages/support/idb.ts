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

export function deleteDatabase(name: string): Promise<unknown> {
  return requestDone(indexedDB.deleteDatabase(name));
}
