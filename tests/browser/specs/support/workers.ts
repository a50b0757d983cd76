/** The workers that larders make, for specs that end one of them as a browser might. */
export class Workers {
  readonly #original = globalThis.Worker;
  readonly #made: Worker[] = [];

  watch(): void {
    const made = this.#made;
    globalThis.Worker = class extends this.#original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        made.push(this);
      }
    };
  }

  forget(): void {
    globalThis.Worker = this.#original;
    this.#made.length = 0;
  }

  get first(): Worker {
    return this.#made[0]!;
  }

  get last(): Worker {
    return this.#made.at(-1)!;
  }
}
