import { openLarder, type Larder, LarderError, type LarderOptions } from 'chatlarder';

/** The storage layout with which this run opens larders. */
export const layout = new URLSearchParams(location.search).get('layout') === 'rows' ? 'rows' : 'blocks';

/** Skips a test about the rows of the `messages` store, to which blocks have nothing to compare. */
export function onlyRows(context: Mocha.Context): void {
  if (layout !== 'rows') context.skip();
}

/** Skips a test about what holds in blocks alone. */
export function onlyBlocks(context: Mocha.Context): void {
  if (layout !== 'blocks') context.skip();
}

let users = 0;

/** A user that no other spec has. */
export function freshUser(): string {
  users += 1;
  return `spec-${Date.now().toString(36)}-${users}`;
}

/** Larders that a spec opened, closed and deleted after it. */
export class Larders {
  readonly #open: Larder[] = [];
  readonly errors: LarderError[] = [];

  async open(options: LarderOptions): Promise<Larder> {
    const larder = await openLarder({ layout, ...options });
    this.#open.push(larder);
    larder.addEventListener('error', ({ detail }) => this.errors.push(detail));
    return larder;
  }

  /** The one that was opened last. */
  get last(): Larder {
    return this.#open.at(-1)!;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#open.map((larder) => larder.close()));
  }

  /** The errors with this code that were reported so far. */
  withCode(code: string): LarderError[] {
    return this.errors.filter((error) => error.code === code);
  }

  /**
   * Closes and deletes them all. `ended`: the spec has ended workers from outside, or broken requests off;
   * the connection of one that was in mid-transaction WebKit never closes, so that its database may stay.
   */
  async destroyAll({ ended = false } = {}): Promise<void> {
    let stuck = false;
    for (const larder of this.#open.splice(0)) {
      const gone = stuck ? larder.close() : larder.destroy();
      await gone.catch((error: LarderError) => {
        if (!ended || error.code !== 'open_blocked') throw error;
        stuck = true;
      });
    }
    this.errors.length = 0;
  }
}

const PATIENCE_MS = 15_000;

/** Waits until `check` gives something true; fails, with what it asked for, when that takes too long. */
export async function until<T>(
  check: () => T | Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const start = performance.now();
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() - start > patienceMs) throw new Error(`it never came true: ${String(check)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The error with which a promise rejects; fails when it doesn't, or with anything that is no LarderError. */
export async function rejection(promise: Promise<unknown>): Promise<LarderError> {
  const outcome = await promise.then(
    () => 'nothing: it resolved',
    (error: unknown) => error,
  );
  if (outcome instanceof LarderError) return outcome;
  throw new Error(`a LarderError was expected, not ${String(outcome)}`);
}

/** `error` and `path`, for comparing with what was expected. */
export function namesOf(errors: LarderError[]): string[] {
  return errors.map(({ code, path }) => `${code} ${path ?? ''}`.trim());
}
