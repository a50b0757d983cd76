import type { CoreEvent } from './core.js';

/**
 * Events that one tab leaves in storage for the one that leads: the channel between them carries no content.
 * They lie in `cache_stats`, until the transaction in which the event is carried out deletes them.
 */
interface Mail {
  key: string;
  event: CoreEvent;
}

const PREFIX = 'mail:';

/**
 * The event with its key as the header's `mail`, so that whoever carries it out can delete it, and with
 * when it was first written.
 */
export function addressed(event: CoreEvent): CoreEvent {
  const mail = `${PREFIX}${String(event.header['command'])}`;
  return { ...event, header: { mailedAt: Date.now(), ...event.header, mail } };
}

/** The key under which an event lies that came by mail. */
export function mailKeyOf({ header }: CoreEvent): string | null {
  return typeof header['mail'] === 'string' ? header['mail'] : null;
}

/**
 * Sorts what lies in `cache_stats`: the core's own rows, and events in the order in which they were
 * written.
 */
export function sortMail(all: object[]): { rows: object[]; mail: CoreEvent[] } {
  const isMail = (row: object): row is Mail => String((row as Mail).key).startsWith(PREFIX);
  const mail = all.filter(isMail).sort(byTime);
  return { rows: all.filter((row) => !isMail(row)), mail: mail.map(({ event }) => event) };
}

/** What a tab wrote within a millisecond has the order of its commands' numbers. */
function byTime(a: Mail, b: Mail): number {
  const at = ({ event }: Mail) => Number(event.header['mailedAt']);
  const number = ({ key }: Mail) => Number(key.slice(key.lastIndexOf(':') + 1));
  return at(a) - at(b) || number(a) - number(b);
}

/** Whether any event still waits to be carried out. */
export function isMailThere(db: IDBDatabase): Promise<boolean> {
  return inStats(db, 'readonly', (stats) => {
    const request = stats.count(IDBKeyRange.bound(PREFIX, PREFIX + '\uffff'));
    return () => request.result > 0;
  });
}

/** Writes an event; the same one again is written over. */
export function putMail(db: IDBDatabase, event: CoreEvent): Promise<void> {
  const key = mailKeyOf(event)!;
  return inStats(db, 'readwrite', (stats) => {
    stats.put({ key, event } satisfies Mail);
    return () => {};
  });
}

/** The event that lies under a key; null when it has been carried out meanwhile. */
export function getMail(db: IDBDatabase, key: string): Promise<CoreEvent | null> {
  return inStats(db, 'readonly', (stats) => {
    const request = stats.get(key) as IDBRequest<Mail | undefined>;
    return () => request.result?.event ?? null;
  });
}

/** Deletes an event; false when it has been carried out meanwhile. */
export function takeBackMail(db: IDBDatabase, key: string): Promise<boolean> {
  return inStats(db, 'readwrite', (stats) => {
    const request = stats.count(key);
    stats.delete(key);
    return () => request.result > 0;
  });
}

function inStats<T>(
  db: IDBDatabase,
  mode: IDBTransactionMode,
  ask: (stats: IDBObjectStore) => () => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction('cache_stats', mode, { durability: 'strict' });
    transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
    const answer = ask(transaction.objectStore('cache_stats'));
    transaction.oncomplete = () => resolve(answer());
  });
}
