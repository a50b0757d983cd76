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

/** A row of `message_blocks`, as long as it is sound. */
export interface Block {
  requestId: string;
  firstSequence: number;
  lastSequence: number;
  count: number;
  bytes: number;
  cachedAt: number;
  syncVersion: number;
  data: ArrayBuffer;
}

export async function blocksOf(databaseName: string, requestId?: string): Promise<Block[]> {
  const blocks = (await rowsOf(databaseName, 'message_blocks')) as object[] as Block[];
  return blocks.filter((block) => requestId === undefined || block.requestId === requestId);
}

export function textOf({ data }: Block): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(data);
}

export function messagesIn(block: Block): Rows {
  return JSON.parse(textOf(block)) as Rows;
}

/**
 * Every message that is stored, of one chat or of all, by chat and number, whatever the layout: rows, and
 * what blocks hold besides; a row wins over the message with its id in its chat, and over that with its
 * number.
 */
export async function storedMessages(databaseName: string, requestId?: string): Promise<Rows> {
  const rows = await rowsOf(databaseName, 'messages');
  const taken = new Set(rows.flatMap(namesOf));
  const inBlocks = (await blocksOf(databaseName)).flatMap(messagesIn);
  const all = [...rows, ...inBlocks.filter((message) => !namesOf(message).some((name) => taken.has(name)))];
  return all
    .filter((row) => requestId === undefined || row['requestId'] === requestId)
    .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** Chat and id, chat and number: what no two messages share. */
function namesOf({ requestId, id, sequenceNumber }: Rows[number]): string[] {
  return [id, sequenceNumber].map((name) => `${String(requestId)} ${String(name)}`);
}

function placeOf({ requestId, sequenceNumber }: Rows[number]): string {
  return `${String(requestId)} ${String(sequenceNumber).padStart(16, '0')}`;
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

export async function deleteRow(databaseName: string, store: string, key: IDBValidKey): Promise<void> {
  const db = await openRaw(databaseName);
  try {
    const transaction = db.transaction(store, 'readwrite');
    transaction.objectStore(store).delete(key);
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
