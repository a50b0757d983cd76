/** The bytes of a download, until what became of it has been committed and handed out. */
export interface HeldBytes {
  /** As it is handed out. */
  blob: Blob;
  /** As it is stored: the same, or an ArrayBuffer where the browser stores no Blobs. */
  data: Blob | ArrayBuffer;
  /** Its key, if it was written to a file already. */
  file?: string;
  /** Its key in the database, if it is stored there. */
  key?: string;
}

/** Bytes that the core knows by a number. */
export class Held {
  readonly #entries = new Map<number, HeldBytes>();
  #last = 0;

  add(bytes: HeldBytes): number {
    this.#entries.set((this.#last += 1), bytes);
    return this.#last;
  }

  /** Throws when nothing is held under this number. */
  get(held: number): HeldBytes {
    const bytes = this.#entries.get(held);
    if (!bytes) throw new DOMException(`nothing is held as ${held}`, 'DataError');
    return bytes;
  }

  /** What is held and stored under this key in the database. */
  find(key: string | undefined): HeldBytes | undefined {
    return [...this.#entries.values()].find((bytes) => bytes.key !== undefined && bytes.key === key);
  }

  drop(held: unknown): void {
    this.#entries.delete(held as number);
  }

  /** Keys of files whose rows have not been committed yet. */
  files(): Set<string> {
    return new Set([...this.#entries.values()].flatMap(({ file }) => file ?? []));
  }

  clear(): void {
    this.#entries.clear();
  }
}
