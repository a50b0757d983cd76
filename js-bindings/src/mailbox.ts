import { openExisting } from './db.js';
import { LarderError } from './errors.js';

/**
 * A tab's own connection to the database, for what it leaves there and finds there while another one leads.
 */
export class Mailbox {
  readonly #databaseName: string;
  readonly #openTimeoutMs: number;
  #db: Promise<IDBDatabase> | null = null;
  /** Another tab upgrades or deletes the database, or this one has closed: it is not opened again. */
  #closed = false;

  constructor(databaseName: string, openTimeoutMs: number) {
    this.#databaseName = databaseName;
    this.#openTimeoutMs = openTimeoutMs;
  }

  /** A handle that died is replaced once. */
  async use<T>(work: (db: IDBDatabase) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#database());
    } catch (error) {
      if (error instanceof LarderError) throw error;
      this.#forget();
    }
    return work(await this.#database());
  }

  async close(): Promise<void> {
    this.#closed = true;
    (await this.#db?.catch(() => null))?.close();
  }

  #database(): Promise<IDBDatabase> {
    if (this.#closed) return Promise.reject(new LarderError('closed'));
    const superseded = () => (this.#closed = true);
    const lost = () => (this.#db = null);
    this.#db ??= openExisting(this.#databaseName, { superseded, lost }, this.#openTimeoutMs).catch(
      (error: unknown) => {
        this.#db = null;
        throw error;
      },
    );
    return this.#db;
  }

  #forget(): void {
    void this.#db?.then((db) => db.close());
    this.#db = null;
  }
}
