import { isOwnFault, type Effects } from './apply.js';
import type { BlobAddress } from './blobs/place.js';
import type { Calls } from './calls.js';
import type { Claim } from './claim.js';
import {
  Core,
  type CoreEvent,
  type MediaResult,
  type PlanCall,
  type PlanReply,
  type PlanSignal,
} from './core.js';
import type { DatabaseEvents } from './db.js';
import { LarderError, reasonOf } from './errors.js';
import { Fenced } from './fence.js';
import * as LIMITS from './gen/limits.js';
import type { ErrorCode, Layout } from './gen/schema.js';
import { makesThumbnails } from './thumbnail.js';
import type { CacheLimits, MediaSettings } from './options.js';
import type { HeldBytes } from './held.js';
import { mailKeyOf } from './mail.js';
import type { Store } from './store.js';
import type { Stored } from './stored.js';
import type { CallOutcome } from './transport.js';

/**
 * An event on its way to a commit; `attempt` counts the transactions it was part of and that it may have
 * broken.
 */
interface Queued extends CoreEvent {
  attempt: number;
}

export interface HostOptions {
  open: (events: DatabaseEvents) => Promise<Store>;
  userId: string;
  layout: Layout;
  /** What isn't given, the core decides. */
  limits: Partial<CacheLimits>;
  media?: MediaSettings;
}

/** How a command ended, as the core says it, or, when storage can't be had, the host. */
export interface Reply extends PlanReply {
  /** What was asked has not been stored: with a `code` it was given up, without one it is only in memory. */
  durable?: false;
  /** Of a `mediaGet` whose bytes are not kept: they themselves. */
  blob?: Blob;
}

/** What the host tells the one who made it. */
export interface HostEvents {
  onReplies(replies: Reply[]): void;
  onSignals(signals: PlanSignal[]): void;
  onError(code: ErrorCode, reason: string): void;
  /**
   * These events can't be stored now and may be carried out without that; they are tried again as soon as
   * the store can be opened.
   */
  onVolatile(events: CoreEvent[]): void;
  /** Another tab upgrades or deletes the database: this host has stopped. */
  onSuperseded(destroyed: boolean): void;
  /** Another host has claimed the database: this one has stopped; what it did not commit is not stored. */
  onFenced(): void;
}

const encoder = new TextEncoder();
const REOPEN_PAUSES_MS = [0, LIMITS.reopenFirstPauseMs, LIMITS.reopenSecondPauseMs];
/** Transactions that an event may break before the core sets it aside. */
const ATTEMPTS_MAX = 2;
const TIMER_MS_MAX = 2 ** 31 - 1;
/**
 * Transactions that may be aborted for want of room, each of which the core makes some after: in a row, and
 * in a while, because what is fetched over and over would be evicted over and over.
 */
const QUOTA_ABORTS_MAX = 3;
const QUOTA_ABORTS_IN_A_WHILE_MAX = 12;
const WHILE_MS = 60_000;

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
  /** Events in the store that were given up: whoever left them there was told, and may take them back. */
  readonly #refused = new Set<string>();
  /** Whether the page was told of anything, by a core or its browser; the next core says what became. */
  #told = false;
  #store: Store | null = null;
  /** What it knows of its hold on the database. */
  #claim: Claim | null = null;
  /** Storage can't be had; null until that is known. */
  #volatile: boolean | null = null;
  /** Rows that can't be read, and have been told of. */
  readonly #unreadable = new Set<string>();
  #core: Core | null = null;
  /** Until it has started, events wait. */
  #running = true;
  #closed = false;
  /** Settles when the database is at rest: neither being opened nor in a transaction. */
  #atRest: Promise<void> = Promise.resolve();
  /** Steps that failed in a row for no fault of their own. */
  #failures = 0;
  /** Steps in a row that the browser had no room for, and when there were any lately. */
  #quotaAborts = 0;
  #quotaAbortsAt: number[] = [];
  /** What was asked for last. */
  #limits: Partial<CacheLimits>;
  /** After an abort by an event's own fault the events of that group are tried one by one. */
  #alone = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the core was told of signals last, and when it will be of those that came upon them. */
  #toldAt = 0;
  #batch: ReturnType<typeof setTimeout> | undefined;

  constructor(module: WebAssembly.Module, options: HostOptions, calls: Calls, events: HostEvents) {
    this.#module = module;
    this.#options = options;
    this.#calls = calls;
    this.#events = events;
    this.#limits = options.limits;
  }

  /** The number under which it has claimed the database; 0: it has not, or nothing is kept there. */
  get generation(): number {
    return this.#claim?.generation ?? 0;
  }

  /**
   * Opens the database and hydrates a core; rejects when that can't be done now. What is pushed tries again.
   */
  async start(): Promise<void> {
    const trouble = await this.#reopen(0, null, () => {});
    this.#running = false;
    if (trouble !== null && !this.#closed) {
      this.#giveUp(trouble);
      throw trouble as Error;
    }
    void this.#run();
  }

  /**
   * Hands in an event; it is planned as soon as no transaction is open. A command that is under way already
   * is not begun again.
   */
  push(event: CoreEvent): void {
    if (this.#closed || this.#unanswered.has(event.header['command'] as string)) return;
    this.#remember(event);
    this.#queue.push({ ...event, attempt: 1 });
    void this.#run();
  }

  /** Takes over an event that another tab has left in the store, or has left there again. */
  async collect(key: string): Promise<void> {
    this.#refused.delete(key);
    await this.#atRest; // an opening takes what was left before, first
    if (!this.#store) return this.push({ header: { type: 'deadline' } }); // opening it, all are taken
    const event = await this.#track(this.#store.mail(key)).catch(() => null);
    if (event) this.push(event);
  }

  /**
   * Stops: calls are aborted, what was committed stays. Resolves when the database is at rest, so that the
   * worker can go: WebKit never closes the connection of one that goes while it opens or in mid-transaction.
   */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#batch);
    this.#calls.abortAll();
    await this.#atRest;
    await this.#calls.media?.close();
    this.#drop();
  }

  #remember(event: CoreEvent): void {
    const { header } = event;
    const { type, command, requestId, view } = header;
    if (typeof command === 'string') this.#unanswered.set(command, event);
    if (type === 'connectivity') {
      this.#standing.set('connectivity', { header });
      this.#told ||= header['online'] === false;
    }
    if (type === 'limits') this.#limits = mergeLimits(this.#limits, header);
    if (type === 'mediaForget') this.#unanswered.delete(header['of'] as string);
    if (type === 'open') this.#standing.set(viewOf(event), { header: { type, requestId, view } });
    if (type === 'close') this.#standing.delete(viewOf(event));
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const before = this.#atRest;
    this.#atRest = Promise.allSettled([before, work]).then(() => {});
    return work;
  }

  #open(told: Queued[] = []): Promise<void> {
    return this.#track(this.#openAndHydrate(told));
  }

  /** What a core is told at once is part of its first transaction. */
  async #openAndHydrate(told: Queued[]): Promise<void> {
    const { open, userId, layout } = this.#options;
    const store = await open({
      superseded: (destroyed) => void this.#supersede(destroyed),
      lost: () => this.#lose(store),
    });
    this.#store = store;
    if (!this.#closed) this.#core = await Core.create(this.#module);
    if (this.#closed) {
      store.close();
      throw new LarderError('closed');
    }
    const reading = this.#watched(store.read(this.#claim, this.#volatile === true));
    const [stored, files] = await Promise.all([reading, this.#calls.media?.files() ?? null]);
    const { bodies, mail } = stored;
    this.#claim = stored.claim;
    const generation = stored.claim?.generation;
    const again = this.#told || (generation ?? 0) > 1;
    const known = { userId, layout, limits: this.#limits, setAside: [...this.#setAside], again, generation };
    const header = { type: 'hydrate', ...known, ...this.#storing(store, files) };
    for (const [i, body] of bodies.entries()) {
      const more = i < bodies.length - 1 ? { more: true } : null;
      const group = [{ header: { ...header, ...more }, body, attempt: 1 }, ...(more ? [] : told)];
      await this.#commit(group, () => []);
    }
    this.#tellOf(stored);
    // A list that was made before is that of another core. This one comes behind what is handed in again:
    // an answer may have been believed of which the file is there and the row is not.
    this.#queue = this.#queue.filter(({ header }) => header.type !== 'mediaFiles');
    if (files) this.push(filesEvent(files));
    for (const event of mail) if (!this.#refused.has(mailKeyOf(event)!)) this.push(event);
  }

  /** Where bytes of media may be stored, and what may be made of them. */
  #storing({ keeps }: Store, files: BlobAddress[] | null): object {
    const { thumbnails = false, filesFrom = false } = this.#options.media ?? {};
    return {
      keeps,
      thumbnails: makesThumbnails() ? Number(thumbnails) : 0,
      ...(files && filesFrom ? { files: true, filesFrom } : {}),
    };
  }

  /** What the opening has brought to light. */
  #tellOf({ troubles, written }: Stored): void {
    const fresh = troubles.filter((trouble) => !this.#unreadable.has(JSON.stringify(trouble)));
    for (const trouble of fresh) if (isUnreadable(trouble)) this.#unreadable.add(JSON.stringify(trouble));
    if (fresh.length) this.#events.onSignals(fresh);
    if (written) this.#setVolatile(false);
  }

  #setVolatile(volatile: boolean, reason?: string): void {
    if (this.#volatile === volatile || this.#closed) return;
    this.#volatile = volatile;
    const state = volatile ? 'volatile' : 'durable';
    this.#events.onSignals([{ type: 'durability', state, ...(reason ? { reason } : {}) }]);
  }

  /** What takes too long is told of, once, and waited for all the same. */
  #watched<T>(work: Promise<T>): Promise<T> {
    const reason = `a transaction takes longer than ${LIMITS.storageStallMs} ms`;
    const timer = setTimeout(() => this.#events.onError('storage_stalled', reason), LIMITS.storageStallMs);
    return work.finally(() => clearTimeout(timer));
  }

  #drop(): void {
    this.#calls.abortAll();
    this.#store?.close();
    this.#store = null;
    this.#core = null;
  }

  async #supersede(destroyed: boolean): Promise<void> {
    await this.close();
    this.#events.onSuperseded(destroyed);
  }

  async #fence(): Promise<void> {
    await this.close();
    this.#events.onFenced();
  }

  /** The browser dropped the connection; the next step notices and opens another, if only to be told. */
  #lose(store: Store): void {
    if (this.#store !== store) return;
    this.#store = null;
    this.push({ header: { type: 'deadline' } });
  }

  /** Signals that come one upon the other are told together. */
  #hear(signal: CoreEvent): void {
    const wait = this.#toldAt + LIMITS.signalBatchMs - performance.now();
    if (wait <= 0) return this.push(signal);
    this.#queue.push({ ...signal, attempt: 1 });
    this.#batch ??= setTimeout(() => {
      this.#batch = undefined;
      void this.#run();
    }, wait);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    await Promise.resolve(); // what comes in the same breath, as answers of several calls do, is one group
    while (this.#queue.length && !this.#closed) {
      const group = this.#queue.splice(0, this.#alone ? 1 : this.#queue.length);
      if (group.some(isSignal)) this.#toldAt = performance.now();
      this.#alone = Math.max(0, this.#alone - 1);
      try {
        await this.#commit(group, () => this.#join(group));
        this.#failures = 0;
        this.#quotaAborts = 0;
        for (const queued of group) this.#noteStored(queued);
      } catch (error) {
        if (!this.#closed) await this.#recover(group, error);
      }
    }
    this.#running = false;
  }

  async #commit(group: Queued[], join: () => CoreEvent[]): Promise<void> {
    const { store, core } = this.#ready();
    const plan = core.step(group.map(withAttempt), Date.now());
    const start = (call: PlanCall) => this.#call(call);
    const bytesOf = (held: number) => this.#held(held).data;
    const finish = (call: PlanCall) => this.#calls.finish(call);
    const around = { start, join, finish, bytesOf };
    const work = group.some(makesRoom) ? store.makeRoom(core, plan, around) : store.apply(core, plan, around);
    this.#release(await this.#track(this.#watched(work)));
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
    return joining.map(withAttempt).map(joined);
  }

  #ready(): { store: Store; core: Core } {
    if (!this.#store || !this.#core) throw new DOMException('the connection was lost', 'InvalidStateError');
    return { store: this.#store, core: this.#core };
  }

  /**
   * Lets out what a committed step wants: only now is there anything to be seen of it. A page hears of what
   * changed before it hears that what it wanted is done.
   */
  #release(effects: Effects): void {
    const { signals, replies } = effects;
    for (const { command } of replies) this.#unanswered.delete(command);
    if (signals.length && !this.#closed) this.#events.onSignals(signals);
    if (replies.length) this.#events.onReplies(replies.map((reply) => this.#withBytes(reply)));
    if (this.#closed) return; // what was committed is answered all the same, or it would be done again
    this.#told ||= signals.length > 0;
    for (const call of effects.calls) this.#call(call);
    this.#schedule(effects.deadline);
  }

  #held(held: number): HeldBytes {
    if (!this.#calls.media) throw new LarderError('core', { reason: 'there are no media here' });
    return this.#calls.media.held.get(held);
  }

  /**
   * What is not kept is handed out with its answer; and what was stored in the database just now: a page that
   * read it there would keep the browser from deleting it for as long as it has the Blob.
   */
  #withBytes(reply: PlanReply): Reply {
    const { held, ...result } = (reply.result ?? {}) as Partial<MediaResult>;
    const bytes = held === undefined ? this.#calls.media?.held.find(result.key) : this.#held(held);
    if (!bytes) return reply;
    const { blob } = bytes;
    return { ...reply, result: result as MediaResult, blob: blob.slice(0, blob.size, result.mimeType) };
  }

  #noteStored({ header, attempt }: Queued): void {
    if (header.type !== 'reply') return;
    this.#calls.media?.held.drop(header['held']);
    const { method, params } = header['call'] as PlanCall;
    const { requestId } = params as { requestId?: string };
    if (requestId === undefined || method !== 'fetchMessages') return;
    if (attempt > ATTEMPTS_MAX) this.#setAside.add(requestId);
    else this.#setAside.delete(requestId);
  }

  #call(call: PlanCall): void {
    if (this.#closed) return;
    this.#calls.start(
      call,
      (change) => this.#hear({ header: { type: 'signal', ...change } }),
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
    if (error instanceof Fenced) return this.#fence();
    if (isQuotaExceeded(error)) return this.#makeRoom(group, error);
    const own = isOwnFault(error);
    if (!own) this.#events.onError(codeOf(error), reasonOf(error));
    const trouble = await this.#reopen(own ? 0 : this.#failures++, error);
    if (trouble !== null) return this.#giveUp(trouble);
    const asked = group.filter(isAsked);
    const again = asked.map((queued) => (own ? blamed(queued, group.length, error) : queued));
    this.#alone = own ? again.length : 0;
    this.#queue.unshift(...again);
    this.#replay();
  }

  #mayMakeRoom(): boolean {
    const now = performance.now();
    this.#quotaAbortsAt = this.#quotaAbortsAt.filter((at) => at > now - WHILE_MS);
    this.#quotaAbortsAt.push(now);
    return this.#quotaAborts < QUOTA_ABORTS_MAX && this.#quotaAbortsAt.length <= QUOTA_ABORTS_IN_A_WHILE_MAX;
  }

  /**
   * The browser had no room for a step. The next core is told so at once, and makes some, in the transaction
   * of its start; then the step comes again, and knows how often it was tried.
   */
  async #makeRoom(group: Queued[], error: unknown): Promise<void> {
    const asked = group.filter(isAsked);
    const world = this.#world(asked);
    let trouble = error;
    while (isQuotaExceeded(trouble) && this.#mayMakeRoom()) trouble = await this.#openWithRoom(world);
    if (trouble === null && !this.#claim?.own) trouble = await this.#reopen(0, error);
    const told = trouble === null ? world : new Map<string, CoreEvent>();
    if (trouble !== null) {
      this.#events.onError(codeOf(trouble), reasonOf(trouble));
      trouble = await this.#reopen(this.#failures++, trouble);
    }
    if (trouble !== null) return this.#giveUp(trouble);
    const quota = this.#quotaAborts;
    this.#alone = 0;
    this.#queue.unshift(...asked.map((queued) => ({ ...queued, header: { ...queued.header, quota } })));
    this.#replay(told);
  }

  /** Null, or what went wrong. */
  async #openWithRoom(world: Map<string, CoreEvent>): Promise<unknown> {
    const times = (this.#quotaAborts += 1);
    const usage = await this.#calls.usage();
    const events = [...world.values(), { header: { type: 'quotaExceeded', times, usage } }];
    try {
      await this.#open(events.map((event) => ({ ...event, attempt: 1 })));
      return null;
    } catch (error) {
      this.#drop();
      return error;
    }
  }

  /** Opens the store again, after growing pauses; what went wrong last when it can't be had. */
  async #reopen(
    failures: number,
    error: unknown,
    report: (code: ErrorCode, reason: string) => void = (...why) => this.#events.onError(...why),
  ): Promise<unknown> {
    let trouble = error;
    for (const pause of REOPEN_PAUSES_MS.slice(failures)) {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        await this.#open();
        return null;
      } catch (another) {
        this.#drop();
        trouble = another;
        if (this.#closed) break;
        if (another instanceof Fenced) {
          await this.#fence();
          break;
        }
        report(codeOf(another), reasonOf(another));
        if (codeOf(another) === 'newer_version') break;
      }
    }
    this.#failures = 0;
    return trouble;
  }

  /** What a new core must know of the world, by names; what waits anyway isn't said twice. */
  #world(waiting: Queued[]): Map<string, CoreEvent> {
    const opened = new Set([...waiting, ...this.#queue].filter(isOpen).map(viewOf));
    return new Map([...this.#standing].filter(([name]) => !opened.has(name)));
  }

  /**
   * Puts what a new core must know, and wasn't told yet, in front of the queue: the world, then commands
   * without an answer. That a chat was closed is news only to a core that has heard of it as open.
   */
  #replay(told = new Map<string, CoreEvent>()): void {
    const queued = new Set(this.#queue.map(({ header }) => header['command']));
    const commands = [...this.#unanswered].filter(([command]) => !queued.has(command));
    const world = [...this.#world([])].filter(([name]) => !told.has(name));
    const opened = new Set([...told.keys(), ...this.#queue.filter(isOpen).map(viewOf)]);
    this.#queue = this.#queue.filter((event) => event.header.type !== 'close' || opened.has(viewOf(event)));
    const again = [...world, ...commands].map(([, event]) => ({ ...event, attempt: 1 }));
    this.#queue.unshift(...again);
    this.#alone &&= this.#alone + again.length;
  }

  /**
   * Storage can't be had: whoever waits is told why, and the next event tries again. What may be kept in
   * memory meanwhile stays unanswered.
   */
  #giveUp(trouble: unknown): void {
    if (this.#closed) return;
    const refused = [...this.#unanswered].filter(([, event]) => !isVolatile(event));
    for (const [command, event] of refused) {
      this.#unanswered.delete(command);
      const key = mailKeyOf(event);
      if (key !== null) this.#refused.add(key);
    }
    this.#queue.length = 0;
    this.#quotaAborts = 0;
    this.#calls.media?.held.clear();
    const why = { code: codeOf(trouble), reason: reasonOf(trouble), durable: false } as const;
    this.#setVolatile(true, why.reason);
    this.#events.onReplies(refused.map(([command]) => ({ command, ...why })));
    if (this.#unanswered.size) this.#events.onVolatile([...this.#unanswered.values()]);
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof LarderError ? error.code : 'storage';
}

function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

function isUnreadable(signal: PlanSignal): boolean {
  return signal.type === 'error' && signal.code === 'unreadable';
}

function filesEvent(files: BlobAddress[]): CoreEvent {
  return { header: { type: 'mediaFiles' }, body: encoder.encode(JSON.stringify(files)) };
}

/** What is said of limits; a number that isn't given stays. */
export function mergeLimits(
  known: Partial<CacheLimits>,
  { bytes, itemBytes }: CacheLimitsEvent,
): Partial<CacheLimits> {
  return { ...known, ...(bytes ? { bytes } : {}), ...(itemBytes ? { itemBytes } : {}) };
}

type CacheLimitsEvent = CoreEvent['header'] & Partial<CacheLimits>;

function viewOf({ header }: CoreEvent): string {
  return `open ${String(header['view'])}`;
}

function makesRoom({ header }: Queued): boolean {
  return header.type === 'quotaExceeded';
}

/** What nobody asked for is made anew for a new core. */
function isAsked({ header }: Queued): boolean {
  return header.type !== 'mediaFiles';
}

function isOpen({ header }: Queued): boolean {
  return header.type === 'open';
}

function isCommand({ header }: Queued): boolean {
  return 'command' in header;
}

function isSignal({ header }: Queued): boolean {
  return header.type === 'signal';
}

function isReply({ header }: Queued): boolean {
  return header.type === 'reply';
}

function isVolatile({ header }: CoreEvent): boolean {
  return header['volatile'] === true;
}

function withAttempt({ header, body, attempt }: Queued): CoreEvent {
  const marked = attempt > 1 ? { ...header, attempt } : header;
  return body ? { header: marked, body } : { header: marked };
}

function joined({ header, ...event }: CoreEvent): CoreEvent {
  return { ...event, header: { ...header, joins: true } };
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

function replyEvent(call: PlanCall, { body, facts, ...outcome }: CallOutcome): CoreEvent {
  const header = { type: 'reply', call, ...outcome, ...facts };
  return body ? { header, body } : { header };
}
