/** The database past the package: what another version, another tab or a defect might have done to it. */

export function requestDone<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function transactionDone(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });
}

export type Rows = Record<string, unknown>[];

/** Opens a database of this version; connections of this kind do not give way to a `versionchange`. */
export function openRaw(
  name: string,
  version?: number,
  upgrade?: (db: IDBDatabase) => void,
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade?.(request.result);
  return requestDone(request);
}

/** All rows of a store. */
export async function rowsOf(databaseName: string, store: string): Promise<Rows> {
  const db = await openRaw(databaseName);
  try {
    return (await requestDone(db.transaction(store).objectStore(store).getAll())) as Rows;
  } finally {
    db.close();
  }
}

/** Puts rows into a store. */
export async function putRows(databaseName: string, store: string, rows: object[]): Promise<void> {
  const db = await openRaw(databaseName);
  try {
    const transaction = db.transaction(store, 'readwrite');
    for (const row of rows) transaction.objectStore(store).put(row);
    await transactionDone(transaction);
  } finally {
    db.close();
  }
}

/** Changes fields of one row. */
export async function changeRow(
  databaseName: string,
  store: string,
  key: IDBValidKey,
  fields: object,
): Promise<void> {
  const db = await openRaw(databaseName);
  try {
    const transaction = db.transaction(store, 'readwrite');
    const rows = transaction.objectStore(store);
    rows.put({ ...((await requestDone(rows.get(key))) as object), ...fields });
    await transactionDone(transaction);
  } finally {
    db.close();
  }
}

export interface StoreShape {
  keyPath: string | string[] | null;
  indexes: Record<string, { keyPath: string | string[]; unique: boolean; multiEntry: boolean }>;
}

/** Every store of a database with its keys and indexes. */
export async function shapeOf(databaseName: string): Promise<Record<string, StoreShape>> {
  const db = await openRaw(databaseName);
  try {
    const names = [...db.objectStoreNames];
    const transaction = db.transaction(names);
    return Object.fromEntries(names.map((name) => [name, storeShape(transaction.objectStore(name))]));
  } finally {
    db.close();
  }
}

function storeShape(store: IDBObjectStore): StoreShape {
  const indexes = [...store.indexNames].map((name) => {
    const { keyPath, unique, multiEntry } = store.index(name);
    return [name, { keyPath, unique, multiEntry }] as const;
  });
  return { keyPath: store.keyPath, indexes: Object.fromEntries(indexes) };
}

export async function versionOf(databaseName: string): Promise<number> {
  const db = await openRaw(databaseName);
  db.close();
  return db.version;
}

/** Deletes a database and tells whether another connection had to give way first. */
export function deleteRaw(name: string): Promise<unknown> {
  return requestDone(indexedDB.deleteDatabase(name));
}
