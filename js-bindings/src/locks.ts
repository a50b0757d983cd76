import { channelName } from './port.js';

/** The lock that a tab, or its page, holds as long as it lives. */
export function lockOf(databaseName: string, instance: string): string {
  return `${channelName(databaseName)}:tab:${instance}`;
}

/** Holds a lock until `signal` is aborted; resolves once it does, with false where there are none. */
export function hold(name: string, signal: AbortSignal): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(false);
  const released = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  return new Promise((resolve) => {
    navigator.locks.request(name, () => (resolve(true), released)).catch(() => resolve(false));
  });
}

/** Calls back when nobody holds that lock any more. */
export function whenFree(name: string, signal: AbortSignal, free: () => void): void {
  navigator.locks?.request(name, { signal }, free).catch(() => {}); // withdrawn
}

/** The names of the locks of a database's tabs that are held now. */
export async function heldLocks(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name }) => name!));
}

/** Whom the lock of a database tells. */
export interface LockEvents {
  onGranted(): void;
  /** Somebody else has it, so that this tab waits in line. */
  onWaiting(): void;
  /** It was taken away. */
  onLost(): void;
}

/** The lock of a database: the tab that holds it leads. */
export class DatabaseLock {
  readonly #name: string;
  readonly #events: LockEvents;
  #release: (() => void) | null = null;
  /** What was asked for last, and is still wanted. */
  #wanted: AbortController | null = null;

  constructor(databaseName: string, events: LockEvents) {
    this.#name = channelName(databaseName);
    this.#events = events;
  }

  /** Takes it if it is free, and else waits in line. */
  async ask(): Promise<void> {
    const wanted = this.#want();
    await this.#request(wanted, { ifAvailable: true });
    if (wanted !== this.#wanted || this.#release) return;
    this.#events.onWaiting();
    await this.#request(wanted, { signal: wanted.signal });
  }

  /** Takes it from whoever holds it; a browser that does not know how lets it wait in line. */
  async steal(): Promise<void> {
    await this.#request(this.#want(), { steal: true });
  }

  /** Lets go of it, or waits for it no longer. */
  release(): void {
    this.#wanted?.abort();
    this.#wanted = null;
    this.#release?.();
    this.#release = null;
  }

  #want(): AbortController {
    this.release();
    return (this.#wanted = new AbortController());
  }

  async #request(wanted: AbortController, options: LockOptions): Promise<void> {
    let release: (() => void) | null = null;
    const granted = (lock: Lock | null) => {
      if (!lock || wanted !== this.#wanted) return undefined;
      return new Promise<void>((resolve) => {
        this.#release = release = resolve;
        this.#events.onGranted();
      });
    };
    try {
      await navigator.locks.request(this.#name, options, granted);
    } catch {
      if (!release || release !== this.#release) return; // withdrawn
      this.#release = this.#wanted = null;
      this.#events.onLost();
    }
  }
}
