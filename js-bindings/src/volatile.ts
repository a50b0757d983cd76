import type { Calls } from './calls.js';
import type { CoreEvent, PlanSignal } from './core.js';
import { reasonOf } from './errors.js';
import type { ErrorCode } from './gen/schema.js';
import { Host, type Reply } from './host.js';
import { noStore } from './store.js';

/** What a core in memory needs, and whom it tells. */
export interface VolatileOptions {
  module: Promise<WebAssembly.Module>;
  userId: string;
  /** Calls of its own. */
  calls: () => Calls;
  onReplies: (replies: Reply[]) => void;
  onSignals: (signals: PlanSignal[]) => void;
  onError: (code: ErrorCode, reason: string) => void;
}

/** What of the world a core in memory is told, too. */
const TOLD = ['connectivity', 'credentials', 'mediaForget'];

/**
 * Messages that could not be stored and are to be sent nonetheless: a core of their own, which keeps nothing,
 * sends them. It lives until each of them has been stored after all; then the other core sends them, with the
 * same key, so that the server has each of them once. Files that can't be stored it fetches and hands out.
 */
export class VolatileOutbox {
  readonly #options: VolatileOptions;
  readonly #sends = new Map<string, CoreEvent>();
  #connectivity: CoreEvent | null = null;
  #host: Host | null = null;

  constructor(options: VolatileOptions) {
    this.#options = options;
  }

  /** Sends what is not being sent already. */
  take(events: CoreEvent[]): void {
    for (const event of events) {
      const command = event.header['command'] as string;
      if (this.#sends.has(command)) continue;
      this.#sends.set(command, event);
      this.#host?.push(event);
    }
    if (!this.#host) void this.#start().catch((error: unknown) => this.#fail(error));
  }

  /** Hears of everything that happens. */
  push(event: CoreEvent): void {
    if (event.header.type === 'connectivity') this.#connectivity = event;
    if (event.header.type === 'mediaForget') this.#sends.delete(event.header['of'] as string);
    if (TOLD.includes(event.header.type)) this.#host?.push(event);
  }

  /** Hears how commands ended; what has been stored, or was refused, is no longer sent from here. */
  settle(replies: Reply[]): void {
    for (const { command, durable } of replies) if (durable !== false) this.#sends.delete(command);
    if (!this.#sends.size) void this.close();
  }

  async close(): Promise<void> {
    const host = this.#host;
    this.#host = null;
    await host?.close();
  }

  async #start(): Promise<void> {
    const { module, userId, calls, onReplies, onError } = this.#options;
    const compiled = await module;
    if (this.#host || !this.#sends.size) return;
    const host = new Host(
      compiled,
      { open: () => this.#open(), userId, layout: 'rows', limits: {} },
      calls(),
      {
        onReplies: (replies) => onReplies(replies.map(inMemory)),
        onSignals: (signals) => this.#tell(signals),
        onError,
        onVolatile: () => {},
        onSuperseded: () => {},
        onFenced: () => {},
      },
    );
    this.#host = host;
    await host.start();
  }

  /** A core that follows one that failed is handed everything again. */
  #open(): Promise<typeof noStore> {
    const known = this.#connectivity ? [this.#connectivity] : [];
    for (const event of [...known, ...this.#sends.values()]) this.#host?.push(event);
    return Promise.resolve(noStore);
  }

  /** Of chats it knows too little to speak of them, and what it sends nobody could read. */
  #tell(signals: PlanSignal[]): void {
    const outside = signals.filter(
      ({ type }) => type === 'connection' || type === 'auth' || type === 'error',
    );
    if (outside.length) this.#options.onSignals(outside);
  }

  #fail(error: unknown): void {
    const why = { code: 'core', reason: reasonOf(error), durable: false } as const;
    this.#options.onReplies([...this.#sends.keys()].map((command) => ({ command, ...why })));
    this.#sends.clear();
  }
}

/** A message that was refused is not kept here either; a file has been handed out. */
function inMemory(reply: Reply): Reply {
  return reply.code || reply.blob ? reply : { ...reply, durable: false };
}
