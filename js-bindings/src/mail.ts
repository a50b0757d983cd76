import type { CoreEvent, PlanReply } from './core.js';

/**
 * Events that one tab leaves in storage for the one that leads: the channel between them carries no content.
 * They lie in `cache_stats`, until the transaction in which the core carries the event out deletes them; it
 * leaves the answer there instead, for the tab that asked.
 */
interface Mail {
  key: string;
  event: CoreEvent;
}

interface Answer {
  key: string;
  reply: PlanReply;
}

const PREFIX = 'mail:';
const ANSWER_PREFIX = 'answer:';

/** When this tab wrote last: a clock that is set back must not change the order. */
let lastMailedAt = 0;

/**
 * The event with its key as the header's `mail`, so that whoever carries it out can delete it, and with
 * when it was first written.
 */
export function addressed(event: CoreEvent): CoreEvent {
  const mail = `${PREFIX}${String(event.header['command'])}`;
  lastMailedAt = Math.max(lastMailedAt, Date.now());
  return { ...event, header: { mailedAt: lastMailedAt, ...event.header, mail } };
}

/** The key under which an event lies that came by mail. */
export function mailKeyOf({ header }: CoreEvent): string | null {
  return typeof header['mail'] === 'string' ? header['mail'] : null;
}

/**
 * Sorts what lies in `cache_stats`: the core's own rows, and events in the order in which they were
 * written. Answers are for those who asked.
 */
export function sortMail(all: object[]): { rows: object[]; mail: CoreEvent[] } {
  const beginsWith = (prefix: string) => (row: object) => String((row as Mail).key).startsWith(prefix);
  const isMail = beginsWith(PREFIX);
  const isAnswer = beginsWith(ANSWER_PREFIX);
  const mail = (all.filter(isMail) as Mail[]).sort(byTime);
  const rows = all.filter((row) => !isMail(row) && !isAnswer(row));
  return { rows, mail: mail.map(({ event }) => event) };
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
    const request = stats.count(allOf(PREFIX));
    return () => request.result > 0;
  });
}

/**
 * Leaves an event for who leads; the same one again is written over. Resolves with its answer where it has
 * been carried out before, and else with null.
 */
export function putMail(db: IDBDatabase, event: CoreEvent): Promise<PlanReply | null> {
  return inStats(db, 'readwrite', (stats) =>
    takeAnswer(stats, event, () => stats.put({ key: mailKeyOf(event)!, event } satisfies Mail)),
  );
}

/** The event that lies under a key; null when it has been carried out meanwhile. */
export function getMail(db: IDBDatabase, key: string): Promise<CoreEvent | null> {
  return inStats(db, 'readonly', (stats) => {
    const request = stats.get(key) as IDBRequest<Mail | undefined>;
    return () => request.result?.event ?? null;
  });
}

/** The answer to an event that was left for who leads, which is deleted; null when there is none. */
export function getAnswer(db: IDBDatabase, event: CoreEvent): Promise<PlanReply | null> {
  return inStats(db, 'readwrite', (stats) => takeAnswer(stats, event, () => {}));
}

/**
 * Takes back an event that was left for who leads: true when it still lay there, false when it is being
 * carried out, or its answer when it has been.
 */
export function takeBackMail(db: IDBDatabase, event: CoreEvent): Promise<PlanReply | boolean> {
  return inStats(db, 'readwrite', (stats) => {
    const key = mailKeyOf(event)!;
    const lay = stats.count(key);
    const answer = takeAnswer(stats, event, () => stats.delete(key));
    return () => answer() ?? lay.result > 0;
  });
}

/** Deletes the answers to commands for which nobody waits any more. */
export function dropAnswers(db: IDBDatabase, isAwaited: (command: string) => boolean): Promise<void> {
  return inStats(db, 'readwrite', (stats) => {
    const request = stats.getAllKeys(allOf(ANSWER_PREFIX));
    request.onsuccess = () => {
      const keys = request.result as string[];
      for (const key of keys) if (!isAwaited(key.slice(ANSWER_PREFIX.length))) stats.delete(key);
    };
    return () => {};
  });
}

/** Reads an answer and deletes it; `otherwise` is what to do where there is none. */
function takeAnswer(stats: IDBObjectStore, event: CoreEvent, otherwise: () => void): () => PlanReply | null {
  const key = ANSWER_PREFIX + String(event.header['command']);
  const request = stats.get(key) as IDBRequest<Answer | undefined>;
  request.onsuccess = () => {
    if (request.result) stats.delete(key);
    else otherwise();
  };
  return () => request.result?.reply ?? null;
}

function allOf(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, prefix + '\uffff');
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
