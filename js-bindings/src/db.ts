import { StorageError, reasonOf } from './errors.js';
import { DATABASE, STORES, type SyncPosition } from './gen/schema.js';

/** The database's name for one user of one app (spec/1): `support-center-<userId>-cache`. */
export function databaseName(userId: string, namespace: string): string {
  return `${namespace}-${userId}-${DATABASE.suffix}`;
}

/** What the holder of a connection wants to know of it. */
export interface DatabaseEvents {
  /** Another tab wants to upgrade or delete the database; the connection has been closed for it. */
  superseded?: () => void;
  /** The browser closed the connection by itself. */
  lost?: () => void;
}

export const OPEN_TIMEOUT_MS = 10_000;

/**
 * Opens the database and brings it to the schema's version, keeping every row and every store it doesn't
 * know.
 *
 * Rejects with `newer_version` (nothing touched), `open_blocked` (another tab keeps an old version open),
 * `open_timeout` (no answer, as with a frozen tab) or `storage`.
 */
export function openDatabase(
  name: string,
  events: DatabaseEvents,
  timeoutMs = OPEN_TIMEOUT_MS,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let blocked = false;
    let settled = false;
    const request = indexedDB.open(name, DATABASE.version);
    const settle = (finish: () => void) => {
      settled = true;
      clearTimeout(timer);
      finish();
    };
    const timer = setTimeout(() => {
      settle(() => reject(new StorageError(blocked ? 'open_blocked' : 'open_timeout', { path: name })));
    }, timeoutMs);
    request.onblocked = () => (blocked = true);
    request.onupgradeneeded = (event) => upgrade(request.result, request.transaction!, event.oldVersion);
    request.onerror = () => settle(() => reject(openError(request.error, name)));
    request.onsuccess = () => {
      const db = request.result;
      if (settled) return db.close();
      settle(() => resolve(watched(db, events)));
    };
  });
}

function openError(error: DOMException | null, name: string): StorageError {
  const code = error?.name === 'VersionError' ? 'newer_version' : 'storage';
  return new StorageError(code, { path: name, reason: reasonOf(error), cause: error });
}

function watched(db: IDBDatabase, events: DatabaseEvents): IDBDatabase {
  db.onversionchange = () => {
    db.close();
    events.superseded?.();
  };
  db.onclose = () => events.lost?.();
  return db;
}

/**
 * Adds what is missing. Rows and stores that are there already, ours or the app's own, are left as they are.
 */
function upgrade(db: IDBDatabase, transaction: IDBTransaction, oldVersion: number): void {
  for (const schema of STORES) {
    const store = db.objectStoreNames.contains(schema.name)
      ? transaction.objectStore(schema.name)
      : db.createObjectStore(schema.name, { keyPath: schema.keyPath });
    for (const { name, keyPath, unique = false } of schema.indexes) {
      if (!store.indexNames.contains(name)) store.createIndex(name, keyPath, { unique });
    }
  }
  if (oldVersion > 0) markUpgraded(transaction.objectStore('cache_stats'), oldVersion);
}

/** Tells the core which version's rows it will find. */
function markUpgraded(stats: IDBObjectStore, upgradedFrom: number): void {
  const request = stats.get('sync') as IDBRequest<SyncPosition | undefined>;
  request.onsuccess = () => {
    stats.put({ chatsCursor: null, ...request.result, key: 'sync', upgradedFrom });
  };
}

/**
 * Deletes the database; resolves only when it is gone. Rejects with `open_blocked` when another tab holds it.
 */
export function deleteDatabase(name: string, timeoutMs = OPEN_TIMEOUT_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    const timer = setTimeout(() => reject(new StorageError('open_blocked', { path: name })), timeoutMs);
    request.onsuccess = () => {
      clearTimeout(timer);
      resolve();
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(openError(request.error, name));
    };
  });
}
