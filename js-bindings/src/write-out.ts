const PASSING = 5;

/**
 * Has Chromium drop what was deleted from its files as well. Its LevelDB writes what is deleted beside the
 * data, and looks at neither for long; only a database that is deleted has it write out what it keeps in
 * memory, and put the files together that reach into that database's range. So a few empty databases are made
 * before the one that matters is deleted, and reach into the same files; each that is deleted afterwards has
 * these put together without the data, and those that are not in use any more dropped. One would do if
 * Chromium did so in order: it does it in the background, and one that comes at the same time as another may
 * go by without. To the other engines it is nothing.
 */
export class PassingDatabases {
  readonly #names: string[];
  readonly #timeoutMs: number;

  constructor(databaseName: string, timeoutMs: number) {
    this.#names = Array.from({ length: PASSING }, (_, at) => `${databaseName}~${at}`);
    this.#timeoutMs = timeoutMs;
  }

  async make(): Promise<void> {
    await this.#inTime(
      Promise.all(this.#names.map((name) => ended(indexedDB.open(name), (db) => db.close()))),
    );
  }

  /** Deletes so many of those that are left, one after the other. */
  async delete(count = PASSING): Promise<void> {
    const inTurn = async () => {
      for (const name of this.#names.splice(0, count)) await ended(indexedDB.deleteDatabase(name));
    };
    await this.#inTime(inTurn());
  }

  /** Storage that doesn't answer is not waited for. */
  #inTime(work: Promise<unknown>): Promise<unknown> {
    const late = new Promise((resolve) => setTimeout(resolve, this.#timeoutMs));
    return Promise.race([work, late]);
  }
}

/** Resolves when a request has ended, well or not. */
function ended<T>(request: IDBRequest<T>, use?: (result: T) => void): Promise<void> {
  return new Promise((resolve) => {
    request.onerror = () => resolve();
    request.onsuccess = () => {
      use?.(request.result);
      resolve();
    };
  });
}
