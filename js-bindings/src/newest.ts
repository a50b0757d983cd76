import { instead } from './values.js';

/** A store or an index whose keys are `[requestId, sequence number]`. */
export type Sequences = IDBObjectStore | IDBIndex;

/** Some of a chat's values, the highest that lie below a bound. */
export interface Batch<T> {
  /** Ascending. */
  values: T[];
  /** The numbers of values that are there but can't be read, descending. */
  unreadable: number[];
  /** What is left lies below this number; 0 when nothing is. */
  below: number;
}

type Take<T> = (batch: Batch<T>) => void;

/** Above every sequence number. */
export const TOP = Number.MAX_SAFE_INTEGER;

/**
 * Reads the newest values of a chat below `before`: `count` of them where the engine can read backwards, else
 * those of a window of `width` numbers that ends with the newest, since `getAll` is many times faster than a
 * cursor. A value that can't be read costs no other.
 */
export function readNewest<T>(
  source: Sequences,
  requestId: string,
  before: number,
  { count, width }: { count: number; width: number },
  take: Take<T>,
): void {
  const query = IDBKeyRange.bound([requestId, 0], [requestId, before], false, true);
  if (!readsBackwards<T>(source)) return readWindow(source, query, width, take);
  const request = source.getAllRecords({ query, count, direction: 'prev' });
  request.onsuccess = () => {
    const records = request.result;
    const values = records.map(({ value }) => value).reverse();
    take({ values, unreadable: [], below: records.length < count ? 0 : sequenceOf(records[count - 1]!) });
  };
  request.onerror = instead(() => readOneByOne(source, query, count, 0, take));
}

/** IndexedDB 3.0's `getAllRecords`; not yet in TypeScript's library nor in every engine. */
interface BackwardReads<T> {
  getAllRecords(options: {
    query: IDBKeyRange;
    count: number;
    direction: 'prev';
  }): IDBRequest<{ key: IDBValidKey; value: T }[]>;
}

function readsBackwards<T>(source: object): source is BackwardReads<T> {
  return 'getAllRecords' in source;
}

function sequenceOf({ key }: { key: IDBValidKey }): number {
  return (key as [string, number])[1];
}

function readWindow<T>(source: Sequences, query: IDBKeyRange, width: number, take: Take<T>): void {
  const newest = source.openKeyCursor(query, 'prev');
  newest.onsuccess = () => {
    if (!newest.result) return take({ values: [], unreadable: [], below: 0 });
    const { key } = newest.result;
    const from = Math.max(0, sequenceOf({ key }) - width + 1);
    const window = IDBKeyRange.bound([(key as [string])[0], from], key);
    const request = source.getAll(window) as IDBRequest<T[]>;
    request.onsuccess = () => take({ values: request.result, unreadable: [], below: from });
    request.onerror = instead(() => readOneByOne(source, window, Infinity, from, take));
  };
}

/** After a failure: whose value it was is found by asking for each alone. */
function readOneByOne<T>(
  source: Sequences,
  query: IDBKeyRange,
  count: number,
  from: number,
  take: Take<T>,
): void {
  const store = 'objectStore' in source ? source.objectStore : source;
  const newestFirst: T[] = [];
  const unreadable: number[] = [];
  let found = 0;
  const keys = source.openKeyCursor(query, 'prev');
  const end = (below: number) => take({ values: newestFirst.reverse(), unreadable, below });
  keys.onsuccess = () => {
    const cursor = keys.result;
    if (!cursor) return end(from);
    const sequence = sequenceOf(cursor);
    const request = store.get(cursor.primaryKey) as IDBRequest<T>;
    const next = () => (++found < count ? cursor.continue() : end(sequence));
    request.onsuccess = () => {
      newestFirst.push(request.result);
      next();
    };
    request.onerror = instead(() => {
      unreadable.push(sequence);
      next();
    });
  };
}
