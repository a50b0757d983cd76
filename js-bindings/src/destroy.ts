import { removeFolder } from './blobs/folder.js';
import type { errorOf, LarderError } from './errors.js';
import { EPOCH, LEADER, type LeaderRow } from './fence.js';
import { channelName, type SharedSignals } from './port.js';
import { PassingDatabases } from './write-out.js';

/** What is to be deleted, and how errors are made: this file must not have their classes again. */
export interface DestroyOptions {
  databaseName: string;
  timeoutMs: number;
  errorOf: typeof errorOf;
}

/**
 * Deletes everything of a database, whoever has it open: every tab is told, none may write any more, what is
 * stored is cleared, then database and files are deleted. What a tab that doesn't give way keeps from being
 * deleted is empty by then, and goes when that tab goes.
 */
export async function destroyStored(options: DestroyOptions): Promise<void> {
  const { databaseName, timeoutMs } = options;
  tellTabs(databaseName);
  await clear(databaseName, timeoutMs);
  const passing = new PassingDatabases(databaseName, timeoutMs);
  await passing.make();
  await passing.delete(1);
  const work = [deleteDatabase(options), deleteFiles(options)];
  const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected');
  // A tab that was about to open it finds nothing, of which WebKit keeps an empty database.
  if (!failed) await deleteDatabase(options);
  await passing.delete();
  if (failed) throw failed.reason;
}

function tellTabs(databaseName: string): void {
  if (!('BroadcastChannel' in globalThis)) return;
  const channel = new BroadcastChannel(channelName(databaseName));
  channel.postMessage({ from: 'destroy', signals: [], destroyed: true } satisfies SharedSignals);
  channel.close();
}

/** Takes the turn to write from whoever has it, with all rows, as far as that goes in time. */
async function clear(name: string, timeoutMs: number): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const db = await openAsItIs(name, late.signal);
  if (db) await clearStores(db, late.signal).catch(() => {}); // cleared or not, it is deleted next
  clearTimeout(timer);
  db?.close();
}

/** Whatever its version is; null when there is none, or it doesn't open before it is `late`. */
function openAsItIs(name: string, late: AbortSignal): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name);
    late.addEventListener('abort', () => resolve(null));
    request.onupgradeneeded = () => request.transaction!.abort();
    request.onerror = () => resolve(null);
    request.onsuccess = () => {
      const db = request.result;
      db.onversionchange = () => db.close();
      if (late.aborted) db.close();
      else resolve(db);
    };
  });
}

function clearStores(db: IDBDatabase, late: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const names = [...db.objectStoreNames];
    const transaction = db.transaction(names, 'readwrite');
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
    late.addEventListener('abort', () => {
      reject(late.reason); // WebKit doesn't say that it was aborted before others have ended
      transaction.abort();
    });
    for (const name of names) {
      const store = transaction.objectStore(name);
      if (name === 'cache_stats') clearStats(store);
      else store.clear();
    }
  });
}

/** Whoever leads finds that it doesn't any more; which database it is stays written until it is gone. */
function clearStats(stats: IDBObjectStore): void {
  const leader = stats.get(LEADER) as IDBRequest<LeaderRow | undefined>;
  const keys = stats.getAllKeys();
  keys.onsuccess = () => {
    for (const key of keys.result) if (key !== EPOCH) stats.delete(key);
    stats.put({ key: LEADER, generation: (leader.result?.generation ?? 0) + 1 } satisfies LeaderRow);
  };
}

/** Resolves only when it is gone; the other tabs close their connections at the browser's word. */
function deleteDatabase({ databaseName, timeoutMs, errorOf }: DestroyOptions): Promise<void> {
  const path = databaseName;
  const reason = 'it is deleted as soon as no tab has it open; call destroy() again to be sure';
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(databaseName);
    const settle = (error?: LarderError) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    };
    const timer = setTimeout(() => settle(errorOf('open_blocked', { path, reason })), timeoutMs);
    request.onsuccess = () => settle();
    request.onerror = () => settle(errorOf('storage', { path, reason: String(request.error) }));
  });
}

/** A worker at work on a file ends with its tab; one that doesn't end is not waited for. */
async function deleteFiles({ databaseName, timeoutMs, errorOf }: DestroyOptions): Promise<void> {
  await tabsGone(channelName(databaseName), AbortSignal.timeout(timeoutMs));
  await removeFolder(databaseName).catch((cause: unknown) => {
    throw errorOf('storage', { path: databaseName, reason: String(cause), cause });
  });
}

/** Waits for the locks of the tabs that are there now. */
async function tabsGone(lead: string, signal: AbortSignal): Promise<void> {
  if (!navigator.locks) return;
  const { held = [] } = await navigator.locks.query();
  const names = held.map(({ name = '' }) => name);
  const ours = names.filter((name) => name === lead || name.startsWith(`${lead}:tab:`));
  await Promise.allSettled(ours.map((name) => navigator.locks.request(name, { signal }, () => {})));
}
