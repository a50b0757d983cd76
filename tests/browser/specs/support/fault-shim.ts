/**
 * A shim in front of IndexedDB, in a worker or in the page: it counts calls, and at one of them something
 * goes wrong, once or from then on.
 */

/** What goes wrong, and at which call. */
export interface ShimFault {
  /**
   * `throw`: the call throws, where a browser may (within a transaction that is under way the storage's
   * trouble never comes as an exception: it is aborted); `abort`: it is made, and its transaction aborted
   * (one that opens the database fails); `hang`: nothing more is heard of its transaction until `release()`;
   * `lost`: it is made, and the browser drops the connection.
   */
  how: 'throw' | 'abort' | 'hang' | 'lost';
  /** Counted from 1, over calls of all kinds. */
  at: number;
  /** Every call from then on. */
  forever: boolean;
}

/** Values that can't be read, as when a file beside the database is gone. */
export interface Unreadable {
  store: string;
  keys: IDBValidKey[];
}

/** What a shim does besides. */
export interface ShimOptions {
  fault?: ShimFault | null;
  unreadable?: Unreadable[];
  /** Milliseconds of timers, and what they are to be instead. */
  timers?: Record<number, number>;
}

type Call = (this: unknown, ...args: unknown[]) => unknown;

const STORE_METHODS = [
  'get',
  'getAll',
  'getAllKeys',
  'getAllRecords',
  'count',
  'openCursor',
  'openKeyCursor',
];
const WRITES = ['put', 'add', 'delete', 'clear'];

export function stackOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message} ${error.stack}` : String(error);
}

function trouble(): DOMException {
  return new DOMException('Internal error, by the spec', 'UnknownError');
}

export class FaultShim {
  calls = 0;
  /** How often the fault struck. */
  hits = 0;
  /** Which calls there were. */
  readonly names: string[] = [];
  #fault: ShimFault | null;
  readonly #unreadable: Unreadable[];
  /** Something of them has been heard. */
  readonly #begun = new WeakSet<IDBTransaction>();
  readonly #hung = new Set<HungTransaction>();
  readonly #waiting: (() => void)[] = [];
  readonly #undo: (() => void)[] = [];

  readonly #databases = new Set<IDBDatabase>();
  #isLost = false;
  readonly #onCall: () => void;

  constructor({ fault = null, unreadable = [] }: ShimOptions, onCall = () => {}) {
    this.#fault = fault;
    this.#unreadable = unreadable;
    this.#onCall = onCall;
  }

  install(): this {
    this.#wrap(IDBFactory.prototype, 'open', (call, name) => this.#open(call, name));
    this.#wrap(IDBDatabase.prototype, 'transaction', (call, name, db) => this.#begin(call, name, db));
    for (const name of [...STORE_METHODS, ...WRITES])
      this.#wrap(IDBObjectStore.prototype, name, (call, label, store, value) => {
        if (name === 'put' || name === 'add') this.#mend(store as IDBObjectStore, value);
        return this.#request(call, label, store as IDBObjectStore);
      });
    for (const name of STORE_METHODS)
      this.#wrap(IDBIndex.prototype, name, (call, label, index) =>
        this.#request(call, label, (index as IDBIndex).objectStore),
      );
    return this;
  }

  /** As if the browser had dropped every connection; no other can be had until `release()`. */
  lose(): void {
    this.#isLost = true;
    for (const db of this.#databases) lose(db);
    this.#databases.clear();
  }

  /** Connections die, and nobody is told. */
  closeAll(): void {
    for (const db of this.#databases) db.close();
    this.#databases.clear();
  }

  /** What hung goes on, and nothing goes wrong any more. */
  release(): void {
    this.#fault = null;
    this.#isLost = false;
    for (const hung of this.#hung) hung.release();
    this.#hung.clear();
    for (const open of this.#waiting.splice(0)) open();
  }

  restore(): void {
    this.release();
    for (const undo of this.#undo.splice(0)) undo();
  }

  #wrap(
    prototype: object,
    name: string,
    run: (call: () => unknown, label: string, on: unknown, value: unknown) => unknown,
  ): void {
    const before = Object.getOwnPropertyDescriptor(prototype, name);
    if (!before) return;
    const original = before.value as Call;
    const wrapped: Call = function (...args) {
      return run(() => original.apply(this, args), labelOf(name, args), this, args[0]);
    };
    Object.defineProperty(prototype, name, { ...before, value: wrapped });
    this.#undo.push(() => Object.defineProperty(prototype, name, before));
  }

  #strikes(name: string): ShimFault['how'] | null {
    this.calls += 1;
    this.names.push(name);
    const fault = this.#fault;
    const isHit = !!fault && (fault.forever ? this.calls >= fault.at : this.calls === fault.at);
    if (isHit) this.hits += 1;
    this.#onCall();
    return isHit ? fault.how : null;
  }

  #open(call: () => unknown, name: string): unknown {
    const how = this.#strikes(name);
    if (how === 'throw') throw trouble();
    const open = () => {
      const request = call() as IDBOpenDBRequest;
      request.addEventListener('success', () => this.#databases.add(request.result));
      return request;
    };
    if (how === null && !this.#isLost) return open();
    const late = new LateOpening(open);
    if (how === 'hang' || this.#isLost) this.#waiting.push(() => late.open());
    else setTimeout(() => late.fail());
    return late;
  }

  #begin(call: () => unknown, name: string, db: unknown): unknown {
    const how = this.#strikes(name);
    if (how === 'throw') throw trouble();
    const transaction = call() as IDBTransaction;
    if (how === 'abort') abortSoon(transaction);
    if (how === 'lost') lose(db as IDBDatabase);
    if (how === 'hang') this.#hold(transaction);
    return transaction;
  }

  #request(call: () => unknown, name: string, store: IDBObjectStore): unknown {
    const { transaction } = store;
    const how = isVersionChange(transaction) ? null : this.#strikes(name);
    if (how === 'throw' && !this.#begun.has(transaction)) throw trouble();
    const known = HungTransaction.of(transaction);
    const request = call() as IDBRequest;
    request.addEventListener('success', () => this.#begun.add(transaction), { once: true });
    known?.take(request);
    this.#spoil(request, name, store);
    if (how === 'throw' || how === 'abort') abortSoon(transaction);
    if (how === 'lost') lose(transaction.db);
    if (how === 'hang' && !known) this.#hold(transaction).take(request);
    return request;
  }

  /** What is written anew can be read. */
  #mend({ name, keyPath }: IDBObjectStore, value: unknown): void {
    for (const each of this.#unreadable)
      if (each.store === name)
        each.keys = each.keys.filter((key) => indexedDB.cmp(key, keyOf(value, keyPath!)) !== 0);
  }

  /** A request that would read an unreadable value fails, and so does one for many. */
  #spoil(request: IDBRequest, name: string, { name: store, keyPath, transaction }: IDBObjectStore): void {
    const keys = this.#unreadable.filter((each) => each.store === store).flatMap((each) => each.keys);
    if (!keys.length || !/\.(get|getAll|getAllRecords)$/.test(name)) return;
    const isBad = (value: unknown) => keys.some((key) => indexedDB.cmp(key, keyOf(value, keyPath!)) === 0);
    request.addEventListener('success', (event) => {
      const { result } = request as { result: unknown };
      const values: unknown[] = Array.isArray(result) ? result : [result];
      const isRecords = name.endsWith('getAllRecords');
      if (!values.some((value) => isBad(isRecords ? (value as { value: unknown }).value : value))) return;
      event.stopImmediatePropagation();
      const error = new DOMException('by the spec', 'NotReadableError');
      Object.defineProperty(request, 'error', { value: error });
      const failed = new Event('error', { bubbles: true, cancelable: true });
      if (request.dispatchEvent(failed)) transaction.abort();
    });
  }

  #hold(transaction: IDBTransaction): HungTransaction {
    const hung = new HungTransaction(transaction);
    this.#hung.add(hung);
    return hung;
  }
}

/** An upgrade is one step for the browser, which nothing of ours can interrupt but a failing opening. */
function isVersionChange({ mode }: IDBTransaction): boolean {
  return mode === 'versionchange';
}

/** Not in the middle of a script of ours: a browser does so between two tasks. */
function abortSoon(transaction: IDBTransaction): void {
  queueMicrotask(() => {
    try {
      transaction.abort();
    } catch {
      // it has ended
    }
  });
}

/** Of a transaction with its mode and durability. */
function labelOf(name: string, [, mode, options]: unknown[]): string {
  if (name !== 'transaction') return `.${name}`;
  const { durability = 'default' } = (options ?? {}) as IDBTransactionOptions;
  return `transaction ${String(mode)} ${durability}`;
}

/** 0 is no key of ours. */
function keyOf(value: unknown, keyPath: string | string[]): unknown {
  const member = (name: string) => (value as Record<string, unknown> | undefined)?.[name] ?? 0;
  return Array.isArray(keyPath) ? keyPath.map(member) : member(keyPath);
}

function lose(db: IDBDatabase): void {
  db.close();
  setTimeout(() => db.dispatchEvent(new Event('close')));
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its store
const getOriginal = IDBObjectStore.prototype.get;

/**
 * Of which nothing is heard: it is kept open by requests of the shim's own, and what its requests bring waits
 * in their order.
 */
class HungTransaction {
  static readonly #all = new WeakMap<IDBTransaction, HungTransaction>();
  readonly #store: IDBObjectStore;
  readonly #held: [IDBRequest, string][] = [];
  #released = false;

  static of(transaction: IDBTransaction): HungTransaction | undefined {
    return HungTransaction.#all.get(transaction);
  }

  constructor(transaction: IDBTransaction) {
    HungTransaction.#all.set(transaction, this);
    this.#store = transaction.objectStore(transaction.objectStoreNames[0]!);
    this.#spin();
  }

  release(): void {
    this.#released = true;
  }

  take(request: IDBRequest): void {
    for (const type of ['success', 'error']) {
      request.addEventListener(type, (event) => {
        if (this.#released && !this.#held.length) return;
        if (!event.isTrusted) return;
        event.stopImmediatePropagation();
        if (type === 'error') event.preventDefault();
        this.#held.push([request, type]);
      });
    }
  }

  /** Each turn is a request, in whose success the transaction is active. */
  #spin(): void {
    const key = this.#store.keyPath instanceof Array ? ['shim', 0] : 'shim';
    const request = getOriginal.call(this.#store, key);
    request.onsuccess = () => {
      if (!this.#released) return this.#spin();
      const next = this.#held.shift();
      if (next) next[0].dispatchEvent(new Event(next[1], { bubbles: true, cancelable: true }));
      if (this.#held.length) this.#spin();
    };
  }
}

/** A request to open a database that is made later, or fails. */
class LateOpening {
  onsuccess: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onblocked: ((event: Event) => void) | null = null;
  onupgradeneeded: ((event: Event) => void) | null = null;
  result: IDBDatabase | undefined;
  transaction: IDBTransaction | null = null;
  error: DOMException | null = null;
  readonly #call: () => IDBOpenDBRequest;

  constructor(call: () => IDBOpenDBRequest) {
    this.#call = call;
  }

  fail(): void {
    this.error = trouble();
    this.onerror?.(new Event('error'));
  }

  open(): void {
    const request = this.#call();
    for (const name of ['onsuccess', 'onerror', 'onblocked', 'onupgradeneeded'] as const) {
      request[name] = (event: Event) => {
        this.transaction = request.transaction;
        if (name === 'onerror') this.error = request.error;
        else if (name !== 'onblocked') this.result = request.result;
        this[name]?.(event);
      };
    }
  }
}
