import type { Access, StorageState } from './access.js';
import { Chat } from './chat.js';
import type { ToWorker } from './port.js';
import type { CoreEvent, MediaSignal, PlanSignal, QuotaSignal } from './core.js';
import { databaseName, openDatabase } from './db.js';
import { addTexts, errorOf, LarderError, reasonOf } from './errors.js';
import type { ChatState, Connection, Layout } from './gen/schema.js';
import type { Reply } from './host.js';
import type { Lifecycle } from './lifecycle.js';
import type { Link } from './link.js';
import { Media } from './media.js';
import type { LarderStats } from './media-calls.js';
import type { RecentBlocks } from './recent.js';
import {
  checkCount,
  checkLimits,
  checkOptions,
  checkRequestId,
  type CacheLimits,
  type CheckedOptions,
  type Credentials,
  type LarderOptions,
} from './options.js';
import { Outbox } from './outbox.js';
import type { Damage } from './page.js';
import { readChats, type ChatSummary } from './reads.js';
import type { RepairReport } from './repair.js';
import { readAll, type ReadAll } from './values.js';
import type { VerifyReport } from './verify.js';
import { watch } from './watch.js';

/** What this browser offers, found by trying. */
export interface Capabilities {
  /** The core runs beside the page; without workers it runs in the page, and takes of its time. */
  worker: boolean;
  /** Only one tab leads; without Web Locks several may, and hinder each other, though nothing is lost. */
  locks: boolean;
  /** Other tabs hear of changes, and hand over what they want; without it each waits until it leads. */
  broadcast: boolean;
}

/** Detail of a `change` event: what was committed. */
export interface ChangeDetail {
  /** The chats of which something was stored or deleted, or whose state changed. */
  requestIds: string[];
  /** Whether the chat list changed. */
  chats: boolean;
  /** Whether the outbox changed. */
  outbox: boolean;
}

/** Detail of a `media` event: a file that is being fetched, has come, failed, or went. */
export interface MediaDetail extends MediaSignal {
  /** As the server knows it. */
  filename: string;
}

export type { QuotaSignal as QuotaDetail };

/** Detail of a `connection` event. */
export interface ConnectionDetail {
  /** Whether the server could be reached at the last try. */
  state: Connection;
}

/** Detail of a `durability` event. */
export interface DurabilityDetail {
  /** How well what is written is kept from now on. */
  state: StorageState;
  /** What the browser said when storage failed. */
  reason?: string | undefined;
}

/** Detail of a `closed` event. */
export interface ClosedDetail {
  /** What was stored is gone: the user has logged out. Otherwise this page is old, and should be reloaded. */
  destroyed: boolean;
}

/** The events of a larder. */
export interface LarderEvents {
  /** Something was committed. */
  change: CustomEvent<ChangeDetail>;
  /** The server could be reached at the last try, or could not. */
  connection: CustomEvent<ConnectionDetail>;
  /** What went wrong and is nobody's answer. */
  error: CustomEvent<LarderError>;
  /** What waits to be sent changed. */
  outbox: CustomEvent<null>;
  /** Of a file; of downloads each whole percent too. */
  media: CustomEvent<MediaDetail>;
  /** The cache or the browser's storage is filling up, or a file could not be kept. */
  quota: CustomEvent<QuotaSignal>;
  /** Storage fails, or no longer does. */
  durability: CustomEvent<DurabilityDetail>;
  /** Another tab upgraded the database or deleted it. */
  closed: CustomEvent<ClosedDetail>;
}

/** An `EventTarget` that knows the types of its events. */
export interface LarderTarget extends EventTarget {
  /** Listens to an event of the larder. */
  addEventListener<K extends keyof LarderEvents>(
    type: K,
    listener: (event: LarderEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(...args: Parameters<EventTarget['addEventListener']>): void;
  /** Stops listening. */
  removeEventListener<K extends keyof LarderEvents>(
    type: K,
    listener: (event: LarderEvents[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void;
}

type Work<T> = (db: IDBDatabase, all: ReadAll) => Promise<T>;

const isThere = (name: string) => name in globalThis;

const CHATS_DEFAULT = 100;
const FIRST_READ_MS = 100;

/**
 * Opens the cache of one user.
 *
 * Resolves as soon as what is stored can be read; worker, WebAssembly and network follow by themselves.
 * Rejects with an `ArgumentError`, with `environment` where there is no browser, or with the `StorageError`s
 * of opening: `newer_version`, `open_blocked`, `open_timeout`, `storage`.
 */
export async function openLarder(options: LarderOptions): Promise<Larder> {
  const checked = checkOptions(options);
  const missing = ['indexedDB', 'WebAssembly', 'SubtleCrypto'].filter((name) => !isThere(name));
  if (missing.length) throw new LarderError('environment', { reason: `missing: ${missing.join(', ')}` });
  return await new Larder(checked).opened();
}

/** One user's cache. Its events are `LarderEvents`. */
export class Larder extends (EventTarget as new () => LarderTarget) {
  /** Of the IndexedDB database: `<namespace>-<userId>-cache`. */
  readonly databaseName: string;
  /** What this browser offers; what is missing is done without. */
  readonly capabilities: Capabilities;
  /** Whether what is written is kept. */
  readonly durability: StorageState = 'durable';
  /** @internal Blocks in memory; it comes with the worker. */
  recent: RecentBlocks | null = null;
  /** What was written on this device and the server doesn't have yet. */
  readonly outbox = new Outbox(this);
  /** Pictures, films, sounds and other files of the chats. */
  readonly media = new Media(this);
  readonly #options: CheckedOptions;
  readonly #states = new Map<string, ChatState>();
  readonly #leave = new AbortController();
  #connection: Connection = navigator.onLine ? 'online' : 'offline';
  readonly #instance: string;
  #linked: (link: Link) => void = () => {};
  #unlinked: (error: LarderError) => void = () => {};
  /** The worker, as soon as it is there. */
  #link = this.#expectLink();
  #db: Promise<IDBDatabase> | null = null;
  #access: Promise<Access> | null = null;
  readonly #damaged = new Set<string>();
  /** Whether the database has been there. */
  #made = false;
  #started = false;
  /** Under way. */
  #reads = 0;
  #lifecycle: Lifecycle | null = null;
  #closed = false;
  #token: string | null = null;

  /** Use `openLarder`. */
  constructor(options: CheckedOptions) {
    super();
    this.#options = options;
    this.databaseName = databaseName(options.userId, options.namespace);
    // The browser opens it while the rest is made; opened() tells of failures.
    this.#database().catch(() => {});
    this.#instance = crypto.randomUUID();
    const [worker, broadcast] = ['Worker', 'BroadcastChannel'].map(isThere);
    this.capabilities = { worker: worker!, locks: 'locks' in navigator, broadcast: broadcast! };
  }

  /** Whether the server could be reached at the last try. */
  get connection(): Connection {
    return this.#connection;
  }

  /**
   * The chats on this device, newest activity first; `limit` defaults to 100. Rejects with `closed`,
   * `storage`.
   */
  async chats(options: { limit?: number } = {}): Promise<ChatSummary[]> {
    const limit = checkCount('limit', options.limit, CHATS_DEFAULT);
    return this.#chats(limit);
  }

  #chats(limit: number): Promise<ChatSummary[]> {
    return this.read((db, all) => readChats(db, limit, all), []);
  }

  /** Calls back with the chat list at once and after each change of it; returns what stops it. */
  watchChats(options: { limit?: number }, callback: (chats: ChatSummary[]) => void): () => void {
    const limit = checkCount('limit', options.limit, CHATS_DEFAULT);
    return watch(
      this,
      ({ chats }) => chats,
      () => this.#chats(limit),
      callback,
    );
  }

  /** One chat, known or not. Throws an `ArgumentError` when `requestId` is no UUID. */
  chat(requestId: string): Chat {
    return new Chat(this, checkRequestId(requestId));
  }

  /**
   * Catches up with the server: the chat list, then the chats that moved. Resolves when all is committed;
   * rejects with a `TransportError` (`offline`, `network`, `timeout`, `server`, `rejected`, `auth`, …) or
   * `closed`.
   */
  async sync(options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.command({ header: { type: 'sync' } }, options.signal);
  }

  /**
   * Reads everything that is stored and reports what doesn't fit together; changes nothing. Takes as long as
   * reading it all. Rejects with `aborted`, `closed` or `storage`, or with `network` where its script can't
   * be loaded.
   *
   * ```ts
   * const { messages, problems } = await larder.verify();
   * // problems: [{ code: 'wrong_count', requestId, firstSequence: 1, lastSequence: 64 }]
   * ```
   */
  async verify(options: { signal?: AbortSignal } = {}): Promise<VerifyReport> {
    const { verifyDatabase } = await this.load(import('./verify.js'));
    return this.read((db) =>
      verifyDatabase(db, () => {
        if (options.signal?.aborted) throw errorOf('aborted');
      }),
    );
  }

  /**
   * Mends what `verify()` finds wrong: bytes that belong to nothing are deleted, files that are missing or
   * damaged are fetched again, ranges of messages that can't be read too, and the statistics are counted
   * anew. Resolves when what can be done at once is stored; rejects as `verify()` does, or with `storage`.
   */
  async repair(options: { signal?: AbortSignal } = {}): Promise<RepairReport> {
    const { repair } = await this.load(import('./repair.js'));
    return repair(this, await this.verify(options));
  }

  /** How much is stored, of which chats and types, and how often it was of use. */
  stats(): Promise<LarderStats> {
    return this.media.calls((calls) => calls.stats());
  }

  /**
   * Changes how much is kept: of messages and media together, and how large a file may be. What is too much
   * then is gone when it resolves. It holds for this page; the next one opens the larder with its own.
   */
  async setLimits(limits: Partial<CacheLimits>): Promise<void> {
    checkLimits(limits);
    await this.command({ header: { type: 'limits', ...limits } });
  }

  /** Asks the browser not to clear the site's storage by itself; whether it (or the user) agreed. */
  async persist(): Promise<boolean> {
    return (await navigator.storage?.persist?.()) ?? false;
  }

  /** Supplies new credentials after an `auth` error; what was paused goes on. */
  setCredentials(token: string | null): void {
    this.#token = token;
    this.#post({ kind: 'credentials', token });
  }

  /** Lets go of worker and database. What is under way is given up; what was committed stays. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave.abort();
    this.#unlinked(errorOf('closed'));
    await this.#link.then((link) => link.close()).catch(() => {});
    (await this.#db?.catch(() => null))?.close();
  }

  /**
   * Logs out: closes and deletes everything stored for this user, in every tab. Rejects with `open_blocked`
   * while a tab doesn't give way (what it holds is empty then, and goes with it; called again, this ends
   * what was left), with `storage`, or with `network`, nothing done, where its script can't be loaded.
   */
  async destroy(): Promise<void> {
    const { destroyStored } = await this.load(import('./destroy.js'));
    await this.close();
    const { databaseName } = this;
    await destroyStored({ databaseName, timeoutMs: this.#options.openTimeoutMs, errorOf });
  }

  /** @internal What is needed only now and then, in a script of its own. */
  load<T>(module: Promise<T>): Promise<T> {
    return module.catch((cause: unknown) => {
      throw errorOf('network', { reason: reasonOf(cause), cause });
    });
  }

  /** @internal */
  get mediaPrefix(): string {
    return this.#options.media.prefix;
  }

  /** @internal Aborted when it is closed. */
  get leaving(): AbortSignal {
    return this.#leave.signal;
  }

  /** @internal */
  get layout(): Layout {
    return this.#options.layout;
  }

  /** @internal What the core said last of a chat's state; null before it has said anything. */
  stateOf(requestId: string): ChatState | null {
    return this.#states.get(requestId) ?? null;
  }

  /** @internal Sends a command to the core. */
  command(event: CoreEvent, signal?: AbortSignal): Promise<Reply> {
    if (this.#closed) return Promise.reject(errorOf('closed'));
    void this.#start();
    return this.#link.then((link) => link.command(event, signal));
  }

  /** @internal Tells the core of something that needs no answer. */
  tell(type: string, members: Record<string, unknown>): void {
    if (!this.#closed) this.#post({ kind: 'event', event: { header: { type, ...members } } });
  }

  /** To the worker; if that can't be loaded, to the next one. */
  #post(message: ToWorker): void {
    this.#link.then(
      (link) => link.post(message),
      () => this.#closed || this.#post(message),
    );
  }

  #expectLink(): Promise<Link> {
    const link = new Promise<Link>((resolve, reject) => {
      this.#linked = resolve;
      this.#unlinked = reject;
    });
    link.catch(() => {}); // those who wait for it hear of it
    return link;
  }

  /** @internal Tells the core, once, of a block that can't be read; it has its range fetched again. */
  tellDamage(requestId: string, damage: Damage): void {
    const key = `${requestId} ${damage.firstSequence}`;
    if (this.#damaged.has(key)) return;
    this.#damaged.add(key);
    this.tell('damaged', { requestId, ...damage });
  }

  /**
   * @internal Reads from IndexedDB; a handle that died is replaced once. `empty` is what there is to read
   * where the database could never be opened.
   */
  async read<T>(work: Work<T>, empty?: T): Promise<T> {
    this.#reads += 1;
    const handle = this.#database();
    try {
      return await work(await handle, readAll);
    } catch (error) {
      const access = await this.load(this.#care());
      return await access.read(work, handle, error, this.#made ? undefined : empty);
    } finally {
      if (!--this.#reads && !this.#started) setTimeout(() => void this.#start());
    }
  }

  /** What is needed when storage fails. */
  #care(): Promise<Access> {
    this.#access ??= import('./link.js').then(({ Access, errorTexts }) => {
      addTexts(errorTexts);
      return new Access(this, {
        database: () => this.#database(),
        renew: (dead) => this.#renew(dead),
        forget: () => [this.#states, this.#damaged, this.#lifecycle].forEach((known) => known?.clear()),
        onReturn: () => this.#readAgain([]),
        errorOf,
      });
    });
    this.#access.catch(() => (this.#access = null)); // the next who needs it tries again
    return this.#access;
  }

  /** Lets go of a connection; memory is of what it has read. Another may have replaced it. */
  #renew(dead: Promise<IDBDatabase> | null): void {
    dead?.then((db) => db.close()).catch(() => {});
    if (dead !== this.#db) return;
    this.#db = null;
    this.recent?.clear();
  }

  /** @internal */
  report(error: unknown): void {
    const detail =
      error instanceof LarderError ? error : errorOf('storage', { reason: reasonOf(error), cause: error });
    this.dispatchEvent(new CustomEvent('error', { detail }));
  }

  /**
   * @internal Waits until the database can be read. The worker comes after the first reads, or after a
   * moment, so that it doesn't take the processor from what is to be seen first.
   */
  async opened(): Promise<this> {
    try {
      await this.#database().catch((error: LarderError) => this.#openAgain(error));
    } catch (error) {
      await this.close();
      throw error;
    }
    setTimeout(() => void this.#start(), FIRST_READ_MS);
    return this;
  }

  async #openAgain(error: LarderError): Promise<void> {
    this.#renew(this.#db);
    if (error.code !== 'storage') throw error;
    const access = await this.#care().catch(() => {
      throw error;
    });
    await access.open(error);
  }

  #database(): Promise<IDBDatabase> {
    if (this.#closed) return Promise.reject(errorOf('closed'));
    if (this.#db) return this.#db;
    const db: Promise<IDBDatabase> = openDatabase(
      this.databaseName,
      { superseded: (destroyed) => this.#supersede(destroyed), lost: () => this.#renew(db) },
      this.#options.openTimeoutMs,
    );
    db.then(() => (this.#made = true)).catch(() => {});
    return (this.#db = db);
  }

  async #start(): Promise<void> {
    if (this.#started || this.#closed) return;
    this.#started = true;
    const { credentials } = this.#options;
    const asked = credentials ? this.#ask(credentials) : this.#token;
    try {
      const { Lifecycle, Link, RecentBlocks } = await import('./link.js');
      await this.#care();
      this.recent ??= new RecentBlocks(() => this.#database());
      if (!this.#closed) this.#lifecycle ??= this.#live(Lifecycle);
      this.#startWorker(Link, await asked);
    } catch (cause) {
      this.#fail(errorOf('network', { reason: reasonOf(cause), cause }));
    }
  }

  #startWorker(link: typeof Link, token: string | null): void {
    if (this.#closed) return;
    this.#token = token;
    const { transport, openTimeoutMs, userId, layout, limits, media } = this.#options;
    const { databaseName } = this;
    const instance = this.#instance;
    const online = navigator.onLine;
    const events = {
      onSignals: (...said: Parameters<Lifecycle['hear']>) => this.#lifecycle?.hear(...said),
      onElsewhere: () => this.recent?.doubt(),
      onError: (error: LarderError) => this.report(error),
      onClosed: (destroyed?: boolean) => this.#supersede(destroyed),
      onLost: (error: LarderError, untold: ToWorker[]) => {
        this.#fail(error);
        untold.forEach((message) => this.#post(message));
      },
      errorOf,
    };
    const own = { instance, databaseName, userId, token, online };
    const options = { ...own, openTimeoutMs, made: this.#made, layout, limits, media };
    this.#linked(new link(options, transport, events));
  }

  /** The worker can't be loaded: whoever waits is told, and the next who wants it tries again. */
  #fail(error: LarderError): void {
    const unlink = this.#unlinked;
    this.#link = this.#expectLink();
    this.#started = false;
    unlink(error);
    this.report(error);
  }

  #live(lifecycle: typeof Lifecycle): Lifecycle {
    return new lifecycle(this, this.#instance, this.#options, {
      onSignals: (signals) => this.#take(signals),
      onLeader: () => this.recent?.learn(),
      onDestroyed: () => this.#supersede(true),
      onOnline: () => void this.#start(),
      onReturn: (opened) => this.#readAgain(opened),
      link: () => this.#link,
    });
  }

  /** What is stored may have changed unheard, and the connection may be dead. */
  #readAgain(opened: string[]): void {
    this.#renew(this.#db);
    this.#tell({ requestIds: [...new Set([...this.#states.keys(), ...opened])], chats: true, outbox: true });
  }

  #take(signals: PlanSignal[]): void {
    const change: ChangeDetail = { requestIds: [], chats: false, outbox: false };
    this.recent?.hear(signals);
    for (const signal of signals) this.#takeOne(signal, change);
    this.#tell(change);
  }

  #tell(change: ChangeDetail): void {
    if (change.requestIds.length || change.chats || change.outbox)
      this.dispatchEvent(new CustomEvent('change', { detail: change }));
    if (change.outbox) this.dispatchEvent(new CustomEvent('outbox'));
  }

  #takeOne(signal: PlanSignal, change: ChangeDetail): void {
    switch (signal.type) {
      case 'chat':
        this.#states.set(signal.requestId, signal.state);
        return void change.requestIds.push(signal.requestId);
      case 'chats':
        return void (change.chats = true);
      case 'outbox':
        return void (change.outbox = true);
      case 'connection':
        if (this.#connection === signal.state) return;
        this.#connection = signal.state;
        return void this.dispatchEvent(new CustomEvent('connection', { detail: { state: signal.state } }));
      case 'auth':
        return void this.#renewCredentials(signal.renewed);
      case 'media':
      case 'quota':
        return void this.dispatchEvent(new CustomEvent(signal.type, { detail: signal }));
      case 'durability':
        return void this.#care().then((access) => access.take(signal.state, signal.reason));
      case 'error':
        return this.report(errorOf(signal.code, signal));
    }
  }

  /**
   * After a 401 the app is asked again; the same answer as before would only fail again, so that the app must
   * act. Not so when another tab was given new ones (`renewed`).
   */
  async #renewCredentials(renewed = false): Promise<void> {
    const { credentials } = this.#options;
    const token = credentials ? await this.#ask(credentials) : this.#token;
    if (token === this.#token && !renewed) this.report(errorOf('auth'));
    else this.setCredentials(token);
  }

  async #ask(credentials: Credentials): Promise<string | null> {
    try {
      return await credentials();
    } catch (cause) {
      this.report(errorOf('auth', { reason: reasonOf(cause), cause }));
      return this.#token;
    }
  }

  /** Another tab upgraded or deleted the database. */
  #supersede(destroyed = false): void {
    if (this.#closed) return;
    this.#link.then((link) => link.rejectAll('closed')).catch(() => {});
    void this.close();
    this.dispatchEvent(new CustomEvent('closed', { detail: { destroyed } }));
  }
}
