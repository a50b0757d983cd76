import { applyPlan, isOwnFault, type Effects } from './apply.js';
import type { Calls } from './calls.js';
import { Core, type CoreEvent, type PlanCall, type PlanReply, type PlanSignal } from './core.js';
import { openDatabase } from './db.js';
import { LarderError, reasonOf } from './errors.js';
import * as LIMITS from './gen/limits.js';
import type { ErrorCode, Layout } from './gen/schema.js';
import type { CallOutcome } from './transport.js';

/**
 * An event on its way to a commit; `attempt` counts the transactions it was part of and that it may have
 * broken.
 */
interface Queued extends CoreEvent {
  attempt: number;
}

export interface HostOptions {
  databaseName: string;
  openTimeoutMs: number;
  userId: string;
  layout: Layout;
}

/** What the host tells the one who made it. */
export interface HostEvents {
  onReplies(replies: PlanReply[]): void;
  onSignals(signals: PlanSignal[]): void;
  onError(code: ErrorCode, reason: string): void;
  /** Another tab upgrades or deletes the database: this host has stopped. */
  onSuperseded(): void;
}

const REOPEN_PAUSES_MS = [0, 100, 1000];
/** Transactions that an event may break before the core sets it aside. */
const ATTEMPTS_MAX = 2;
const TIMER_MS_MAX = 2 ** 31 - 1;
const encoder = new TextEncoder();

/**
 * The loop around the core: events in, one transaction per step, effects out after it has committed; only
 * calls that just read may leave before, and their answers may join the transaction.
 *
 * Events that come while a transaction is open are planned together in the next. It is crash-only: when a
 * transaction aborts, core and connection are dropped, the database is opened again, a new core is hydrated,
 * and everything that was not acknowledged is handed in again. Starting is the same path.
 */
export class Host {
  readonly #module: WebAssembly.Module;
  readonly #options: HostOptions;
  readonly #calls: Calls;
  readonly #events: HostEvents;
  #queue: Queued[] = [];
  /** Commands that were not answered yet. */
  readonly #unanswered = new Map<string, CoreEvent>();
  /** What a new core must be told of the world: connectivity, and the chats that are open. */
  readonly #standing = new Map<string, CoreEvent>();
  /** Chats of which a page could not be stored; a new core must not ask for it again by itself. */
  readonly #setAside = new Set<string>();
  /** Whether the page was told of anything, by a core or its browser; the next core says what became. */
  #told = false;
  #db: IDBDatabase | null = null;
  #core: Core | null = null;
  /** Until it has started, events wait. */
  #running = true;
  #closed = false;
  /** Settles when the database is at rest: neither being opened nor in a transaction. */
  #atRest: Promise<void> = Promise.resolve();
  /** Steps that failed in a row for no fault of their own. */
  #failures = 0;
  /** After an abort by an event's own fault the events of that group are tried one by one. */
  #alone = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(module: WebAssembly.Module, options: HostOptions, calls: Calls, events: HostEvents) {
    this.#module = module;
    this.#options = options;
    this.#calls = calls;
    this.#events = events;
  }

  /** Opens the database and hydrates a core; rejects when the database can't be opened. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#drop();
      this.#giveUp(codeOf(error));
      throw error;
    } finally {
      this.#running = false;
    }
    void this.#run();
  }

  /** Hands in an event; it is planned as soon as no transaction is open. */
  push(event: CoreEvent): void {
    if (this.#closed) return;
    this.#remember(event);
    this.#queue.push({ ...event, attempt: 1 });
    void this.#run();
  }

  /**
   * Stops: calls are aborted, what was committed stays. Resolves when the database is at rest, so that the
   * worker can go: WebKit never closes the connection of one that goes while it opens or in mid-transaction.
   */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#calls.abortAll();
    await this.#atRest;
    this.#drop();
  }

  #remember({ header }: CoreEvent): void {
    const { type, command, requestId } = header;
    if (typeof command === 'string') this.#unanswered.set(command, { header });
    if (type === 'connectivity') {
      this.#standing.set('connectivity', { header });
      this.#told ||= header['online'] === false;
    }
    if (type === 'open')
      this.#standing.set(`open ${String(header['view'])}`, { header: { type, requestId } });
    if (type === 'close') this.#standing.delete(`open ${String(header['view'])}`);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const before = this.#atRest;
    this.#atRest = Promise.allSettled([before, work]).then(() => {});
    return work;
  }

  #open(): Promise<void> {
    return this.#track(this.#openAndHydrate());
  }

  async #openAndHydrate(): Promise<void> {
    const db = await openDatabase(
      this.#options.databaseName,
      { superseded: () => void this.#supersede(), lost: () => this.#lose() },
      this.#options.openTimeoutMs,
    );
    this.#db = db;
    if (!this.#closed) this.#core = await Core.create(this.#module);
    if (this.#closed) {
      db.close();
      throw new LarderError('closed');
    }
    const body = await storedRows(db);
    const { userId, layout } = this.#options;
    const header = { type: 'hydrate', userId, layout, setAside: [...this.#setAside], again: this.#told };
    await this.#commit([{ header, body, attempt: 1 }], () => []);
  }

  #drop(): void {
    this.#calls.abortAll();
    this.#db?.close();
    this.#db = null;
    this.#core = null;
  }

  async #supersede(): Promise<void> {
    await this.close();
    this.#events.onSuperseded();
  }

  /** The browser dropped the connection; the next step notices and opens another. */
  #lose(): void {
    this.#db = null;
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    await Promise.resolve(); // what comes in the same breath, as answers of several calls do, is one group
    while (this.#queue.length && !this.#closed) {
      const group = this.#queue.splice(0, this.#alone ? 1 : this.#queue.length);
      this.#alone = Math.max(0, this.#alone - 1);
      try {
        await this.#commit(group, () => this.#join(group));
        this.#failures = 0;
        for (const queued of group) this.#noteStored(queued);
      } catch (error) {
        if (!this.#closed) await this.#recover(group, error);
      }
    }
    this.#running = false;
  }

  async #commit(group: Queued[], join: () => CoreEvent[]): Promise<void> {
    const { db, core } = this.#ready();
    const plan = core.step(group.map(withAttempt), Date.now());
    const start = (call: PlanCall) => this.#call(call);
    this.#release(await this.#track(applyPlan(db, core, plan, { start, join })));
  }

  /**
   * What may still become part of a group's transaction: answers, up to a bound, as long as no command waits,
   * which is not to be held up. Signals wait, so that many of a chat's become one call.
   */
  #join(group: Queued[]): CoreEvent[] {
    const size = group.reduce((sum, { body }) => sum + (body?.byteLength ?? 0), 0);
    const isFull = size >= LIMITS.transactionBytes;
    if (this.#closed || this.#alone || isFull || this.#queue.some(isCommand)) return [];
    const joining = this.#queue.filter(isReply);
    this.#queue = this.#queue.filter((queued) => !isReply(queued));
    group.push(...joining);
    return joining.map(withAttempt);
  }

  #ready(): { db: IDBDatabase; core: Core } {
    if (!this.#db || !this.#core) throw new DOMException('the connection was lost', 'InvalidStateError');
    return { db: this.#db, core: this.#core };
  }

  /** Lets out what a committed step wants: only now is there anything to be seen of it. */
  #release(effects: Effects): void {
    if (this.#closed) return;
    for (const { command } of effects.replies) this.#unanswered.delete(command);
    if (effects.replies.length) this.#events.onReplies(effects.replies);
    if (effects.signals.length) this.#events.onSignals(effects.signals);
    this.#told ||= effects.signals.length > 0;
    for (const call of effects.calls) this.#call(call);
    this.#schedule(effects.deadline);
  }

  #noteStored({ header, attempt }: Queued): void {
    if (header.type !== 'reply') return;
    const { requestId } = (header['call'] as PlanCall).params as { requestId?: string };
    if (requestId === undefined) return;
    if (attempt > ATTEMPTS_MAX) this.#setAside.add(requestId);
    else this.#setAside.delete(requestId);
  }

  #call(call: PlanCall): void {
    if (this.#closed) return;
    this.#calls.start(
      call,
      (change) => this.push({ header: { type: 'signal', ...change } }),
      (outcome) => this.push(replyEvent(call, outcome)),
    );
  }

  #schedule(deadline: number | null): void {
    clearTimeout(this.#timer);
    if (deadline === null) return;
    const wait = Math.min(Math.max(0, deadline - Date.now()), TIMER_MS_MAX);
    this.#timer = setTimeout(() => this.push({ header: { type: 'deadline' } }), wait);
  }

  async #recover(group: Queued[], error: unknown): Promise<void> {
    this.#drop();
    const own = isOwnFault(error);
    if (!own) this.#events.onError(codeOf(error), reasonOf(error));
    const code = await this.#reopen(own ? 0 : this.#failures++);
    if (code) return this.#giveUp(code);
    const again = group.map((queued) => (own ? blamed(queued, group.length, error) : queued));
    this.#alone = own ? again.length : 0;
    this.#queue.unshift(...again);
    this.#replay(group);
  }

  /** Opens the database again, after growing pauses; the code of what went wrong when it can't be had. */
  async #reopen(failures: number): Promise<ErrorCode | null> {
    let code: ErrorCode | null = 'storage';
    for (const pause of REOPEN_PAUSES_MS.slice(failures)) {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        await this.#open();
        return null;
      } catch (error) {
        this.#drop();
        code = codeOf(error);
        if (this.#closed) return code;
        this.#events.onError(code, reasonOf(error));
        if (code === 'newer_version') return code;
      }
    }
    this.#failures = 0;
    return code;
  }

  /** Puts what a new core must know in front of the queue: the world, then commands without an answer. */
  #replay(group: Queued[]): void {
    const queued = new Set([...group, ...this.#queue].map(({ header }) => header['command']));
    const commands = [...this.#unanswered]
      .filter(([command]) => !queued.has(command))
      .map(([, event]) => event);
    const standing = [...this.#standing.values()];
    this.#queue.unshift(...[...standing, ...commands].map((event) => ({ ...event, attempt: 1 })));
    this.#alone &&= this.#alone + standing.length + commands.length;
  }

  /** Storage can't be had: whoever waits is told, and the next event tries again. */
  #giveUp(code: ErrorCode): void {
    const commands = [...this.#unanswered.keys()];
    this.#unanswered.clear();
    this.#queue.length = 0;
    this.#events.onReplies(commands.map((command) => ({ command, code })));
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof LarderError ? error.code : 'storage';
}

function isCommand({ header }: Queued): boolean {
  return 'command' in header;
}

function isReply({ header }: Queued): boolean {
  return header.type === 'reply';
}

function withAttempt({ header, body, attempt }: Queued): CoreEvent {
  const marked = attempt > 1 ? { ...header, attempt } : header;
  return body ? { header: marked, body } : { header: marked };
}

/** Of a group that broke its transaction nobody knows which event it was; alone, it was the one. */
function blamed(queued: Queued, groupSize: number, error: unknown): Queued {
  if (groupSize > 1) return queued;
  return {
    ...queued,
    attempt: queued.attempt + 1,
    header: { ...queued.header, abortReason: reasonOf(error) },
  };
}

function replyEvent(call: PlanCall, { body, ...outcome }: CallOutcome): CoreEvent {
  const header = { type: 'reply', call, ...outcome };
  return body ? { header, body } : { header };
}

/** Everything a new core wants to know of what is stored. */
function storedRows(db: IDBDatabase): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(['chat_meta', 'cache_stats'], 'readonly');
    const chats = transaction.objectStore('chat_meta').getAll();
    const stats = transaction.objectStore('cache_stats').getAll();
    transaction.oncomplete = () => {
      resolve(encoder.encode(JSON.stringify({ chat_meta: chats.result, cache_stats: stats.result })));
    };
    transaction.onabort = () => reject(transaction.error);
  });
}
