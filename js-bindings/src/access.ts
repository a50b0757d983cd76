import type { Larder } from './client.js';
import { EPOCH } from './fence.js';
import * as LIMITS from './gen/limits.js';
import type { errorOf, LarderError } from './errors.js';
import { abortOf, readValues, type ReadAll } from './values.js';

/**
 * How well what is written is kept. `durable`: it is stored. `volatile`: storage can't be had now; what may
 * be is kept in memory. `unavailable`: nor can be read what is stored.
 */
export type StorageState = 'durable' | 'volatile' | 'unavailable';

/** The page's own connection to the database, and how errors are made: their classes are not in this file. */
export interface AccessHooks {
  database(): Promise<IDBDatabase>;
  /** Lets go of a connection, unless it has been replaced already. */
  renew(dead: Promise<IDBDatabase>): void;
  /** Forgets what is in memory of what was stored. */
  forget(): void;
  /** Everything that is shown is to be read again. */
  onReturn(): void;
  errorOf: typeof errorOf;
}

type Work<T> = (db: IDBDatabase, all: ReadAll) => Promise<T>;

const PAUSES_MS = [0, LIMITS.reopenFirstPauseMs, LIMITS.reopenSecondPauseMs];

/** One value that can't be read is left out. */
const readReadable: ReadAll = (source, query, take) =>
  readValues(source, query, undefined, ({ values }) => take(values as never[]));

/**
 * What a page does when its database can't be opened or read. Most need it never, so that it is loaded with
 * the worker.
 */
export class Access {
  readonly #larder: Larder;
  readonly #hooks: AccessHooks;
  /** What whoever leads says of writing. */
  #writing: Exclude<StorageState, 'unavailable'> = 'durable';
  #isReadable = true;
  #reason: string | undefined;

  constructor(larder: Larder, hooks: AccessHooks) {
    this.#larder = larder;
    this.#hooks = hooks;
    const { leaving: signal } = larder;
    const probe = () => {
      if (globalThis.document?.visibilityState !== 'hidden') this.#probe();
    };
    globalThis.addEventListener('online', probe, { signal });
    globalThis.document?.addEventListener('visibilitychange', probe, { signal });
    larder.addEventListener('error', ({ detail }) => {
      if (detail.code === 'data_lost') this.#start();
    });
  }

  /** Tries to open the database, after growing pauses; without it the larder is empty. */
  async open(error: unknown): Promise<void> {
    let trouble = error;
    for (const pause of PAUSES_MS) {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      const handle = this.#hooks.database();
      try {
        return void (await handle);
      } catch (another) {
        this.#hooks.renew(handle);
        if ((another as LarderError).code !== 'storage') throw another;
        trouble = another;
      }
    }
    this.#setReadable(false, trouble);
  }

  /**
   * Reads after a failure: from the same connection what can be read, then from another. What is not to be
   * had even so is `empty`, if there is such a thing.
   */
  async read<T>(work: Work<T>, failed: Promise<IDBDatabase>, error: unknown, empty?: T): Promise<T> {
    if (isRefusal(error)) throw error;
    const again = await failed.then((db) => work(db, readReadable)).then(found, (): null => null);
    if (again) return again.value;
    this.#hooks.renew(failed);
    const handle = this.#hooks.database();
    try {
      const value = await work(await handle, readReadable);
      this.#setReadable(true);
      return value;
    } catch (another) {
      this.#hooks.renew(handle);
      if (isRefusal(another)) throw another;
      if (empty !== undefined) return empty;
      this.#setReadable(false, another);
      throw this.#errorOf(another);
    }
  }

  /** Hears of writing. */
  take(state: Exclude<StorageState, 'unavailable'>, reason: string | undefined): void {
    this.#writing = state;
    this.#reason = reason;
    this.#tell();
    if (!this.#isReadable && state === 'durable') this.#probe();
  }

  /** A connection may have died unheard, and one that could not be had may be had again. */
  #probe(): void {
    const handle = this.#hooks.database();
    const look = (db: IDBDatabase) => this.#look(db);
    handle.then(look).then(
      () => this.#setReadable(true),
      (error: unknown) => this.read(look, handle, error).catch(() => {}),
    );
  }

  #look(db: IDBDatabase): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = db.transaction('cache_stats', 'readonly');
      transaction.objectStore('cache_stats').count(EPOCH);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(abortOf(transaction));
    });
  }

  #setReadable(readable: boolean, error?: unknown): void {
    if (this.#isReadable === readable) return;
    this.#isReadable = readable;
    this.#reason = readable ? undefined : this.#errorOf(error).reason;
    this.#tell();
    if (readable) this.#hooks.onReturn();
  }

  #tell(): void {
    const larder = this.#larder as { durability: StorageState } & Larder;
    const state = this.#isReadable ? this.#writing : 'unavailable';
    if (larder.durability === state) return;
    larder.durability = state;
    larder.dispatchEvent(new CustomEvent('durability', { detail: { state, reason: this.#reason } }));
  }

  #start(): void {
    this.#hooks.forget();
    this.#hooks.onReturn();
  }

  #errorOf(error: unknown): LarderError {
    if (typeof (error as Partial<LarderError>).code === 'string') return error as LarderError;
    return this.#hooks.errorOf('storage', { reason: String(error), cause: error });
  }
}

function found<T>(value: T): { value: T } {
  return { value };
}

/** An error of the package that is no trouble of the storage's. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code !== 'storage' && !code.startsWith('open_');
}
