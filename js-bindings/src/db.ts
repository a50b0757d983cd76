import { LarderError, StorageError, reasonOf } from './errors.js';
import { EPOCH, type EpochRow } from './fence.js';
import { DATABASE, STORES, type SyncPosition } from './gen/schema.js';

/** The database's name for one user of one app (spec/1): `support-center-<userId>-cache`. */
export function databaseName(userId: string, namespace: string): string {
  return `${namespace}-${userId}-${DATABASE.suffix}`;
}

/** What the holder of a connection wants to know of it. */
export interface DatabaseEvents {
  /** Another tab wants to upgrade or to delete the database; the connection has been closed for it. */
  superseded?: (destroyed: boolean) => void;
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
  prepare = upgrade,
): Promise<IDBDatabase> {
  return new Promise<IDBDatabase>((resolve, reject) => {
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
    request.onupgradeneeded = (event) => prepare(request.result, request.transaction!, event);
    request.onerror = () => settle(() => reject(openError(request.error, name)));
    request.onsuccess = () => {
      const db = request.result;
      if (settled) return db.close();
      settle(() => resolve(watched(db, events)));
    };
  }).catch((error: unknown) => {
    throw error instanceof LarderError ? error : openError(error as DOMException, name);
  });
}

/**
 * The same for those who come later than the page, which made the database: what was deleted since is not
 * made again. Rejects with `closed` then.
 */
export async function openExisting(
  name: string,
  events: DatabaseEvents,
  timeoutMs?: number,
): Promise<IDBDatabase> {
  const isListed = (await indexedDB.databases()).some((database) => database.name === name);
  if (!isListed) throw new LarderError('closed', { path: name }); // WebKit keeps what an upgrade aborted
  let isGone = false;
  const prepare: typeof upgrade = (db, transaction, event) => {
    isGone = event.oldVersion === 0;
    if (isGone) transaction.abort();
    else upgrade(db, transaction, event);
  };
  return openDatabase(name, events, timeoutMs, prepare).catch((error: unknown) => {
    throw isGone ? new LarderError('closed', { path: name }) : error;
  });
}

function openError(error: DOMException | null, name: string): StorageError {
  const code = error?.name === 'VersionError' ? 'newer_version' : 'storage';
  return new StorageError(code, { path: name, reason: reasonOf(error), cause: error });
}

function watched(db: IDBDatabase, events: DatabaseEvents): IDBDatabase {
  db.onversionchange = ({ newVersion }) => {
    db.close();
    events.superseded?.(newVersion === null);
  };
  db.onclose = () => events.lost?.();
  return db;
}

/**
 * Adds what is missing. Rows and stores that are there already, ours or the app's own, are left as they are.
 */
function upgrade(
  db: IDBDatabase,
  transaction: IDBTransaction,
  { oldVersion, dataLoss, dataLossMessage }: Rebuilt,
): void {
  for (const schema of STORES) {
    const store = db.objectStoreNames.contains(schema.name)
      ? transaction.objectStore(schema.name)
      : db.createObjectStore(schema.name, { keyPath: schema.keyPath });
    for (const { name, keyPath, unique = false } of schema.indexes) {
      if (!store.indexNames.contains(name)) store.createIndex(name, keyPath, { unique });
    }
  }
  const stats = transaction.objectStore('cache_stats');
  if (oldVersion > 0) return markUpgraded(stats, oldVersion);
  const lost = dataLoss === 'total' ? { dataLoss: dataLossMessage ?? dataLoss } : null;
  stats.put({ key: EPOCH, epoch: crypto.randomUUID(), ...lost } satisfies EpochRow);
}

/** Chromium says when it made a database anew because it could not read what was there. */
interface Rebuilt extends IDBVersionChangeEvent {
  dataLoss?: 'none' | 'total';
  dataLossMessage?: string;
}

/** Tells the core which version's rows it will find. */
function markUpgraded(stats: IDBObjectStore, upgradedFrom: number): void {
  const request = stats.get('sync') as IDBRequest<SyncPosition | undefined>;
  request.onsuccess = () => {
    stats.put({ chatsCursor: null, ...request.result, key: 'sync', upgradedFrom });
  };
}
