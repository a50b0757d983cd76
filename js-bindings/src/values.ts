/** A store, or an index of one. */
export type Source = IDBObjectStore | IDBIndex;

/** Reads all values that a query names, in the order of their keys. */
export type ReadAll = <T>(source: Source, query: IDBKeyRange | null, take: (values: T[]) => void) => void;

/** As the browser does it: one value that can't be read ends the transaction. */
export const readAll: ReadAll = (source, query, take) => {
  const request = source.getAll(query) as IDBRequest;
  request.onsuccess = () => take(request.result as never[]);
};

/** Some values, those that can't be read left out. */
export interface Readable<T> {
  values: T[];
  /** The primary keys of the others. */
  unreadable: IDBValidKey[];
}

/**
 * Reads the values that a query names, the first `count` of them. The browser gives none at once if one is
 * damaged, as when the file beside it is gone: then they are read one by one.
 */
export function readValues<T>(
  source: Source,
  query: IDBKeyRange | null,
  count: number | undefined,
  take: (found: Readable<T>) => void,
): void {
  const request = source.getAll(query, count) as IDBRequest<T[]>;
  request.onsuccess = () => take({ values: request.result, unreadable: [] });
  request.onerror = instead(() => {
    const keys = source.getAllKeys(query, count);
    keys.onsuccess = () => readEach(storeOf(source), keys.result, take);
  });
}

/** Reads the values under these keys; what isn't there is left out. */
export function readEach<T>(
  store: IDBObjectStore,
  keys: IDBValidKey[],
  take: (found: Readable<T>) => void,
): void {
  const values: (T | undefined)[] = [];
  const unreadable: IDBValidKey[] = [];
  let left = keys.length;
  const end = () => take({ values: values.filter((value) => value !== undefined), unreadable });
  if (!left) return end();
  keys.forEach((key, i) => {
    const request = store.get(key) as IDBRequest<T | undefined>;
    const next = () => --left || end();
    request.onsuccess = () => {
      values[i] = request.result;
      next();
    };
    request.onerror = instead(() => {
      unreadable.push(key);
      next();
    });
  });
}

/** Why a transaction was aborted; a script of ours that aborts one gives no reason. */
export function abortOf({ error }: IDBTransaction): DOMException {
  return error ?? new DOMException('aborted', 'AbortError');
}

function storeOf(source: Source): IDBObjectStore {
  return 'objectStore' in source ? source.objectStore : source;
}

/** What a request's failure leads to instead of the end of its transaction, unless that has ended already. */
export function instead(work: () => void): (event: Event) => void {
  return (event) => {
    if ((event.target as IDBRequest | undefined)?.error?.name === 'AbortError') return;
    event.preventDefault();
    work();
  };
}

/** Aborts a transaction; false when it had aborted already, for a reason of its own. */
export function abort(transaction: IDBTransaction): boolean {
  try {
    transaction.abort();
    return true;
  } catch {
    return false;
  }
}
