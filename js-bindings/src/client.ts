import { removeFolder } from './blobs/folder.js';
import { Chat } from './chat.js';
import { channelName, type SharedSignals, type ToWorker } from './port.js';
import type { CoreEvent, MediaSignal, PlanSignal, QuotaSignal } from './core.js';
import { databaseName, deleteDatabase, openDatabase } from './db.js';
import { addTexts, errorOf, LarderError, reasonOf, StorageError } from './errors.js';
import type { ChatState, Connection, Layout } from './gen/schema.js';
import type { Reply } from './host.js';
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
import type { VerifyReport } from './verify.js';
import { watch } from './watch.js';

/** What this browser offers, found by trying. */
export interface Capabilities {
  /** Only one tab writes; without Web Locks two tabs of one user must not be open at once. */
  locks: boolean;
  /** Other tabs hear of changes. */
  broadcast: boolean;
}

/** Detail of a `change` event: what was committed. */
export interface ChangeDetail {
  requestIds: string[];
  /** Whether the chat list changed. */
  chats: boolean;
  /** Whether the outbox changed. */
  outbox: boolean;
}

/** Detail of a `media` event: a file that is being fetched, has come, failed, or went. */
export type MediaDetail = MediaSignal & { filename: string };

/** Detail of a `quota` event. */
export type QuotaDetail = QuotaSignal;

const CHATS_DEFAULT = 100;
const TOUCH_BATCH_MS = 1000;
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
  const missing = ['indexedDB', 'Worker', 'WebAssembly'].filter((name) => !(name in globalThis));
  if (missing.length) throw new LarderError('environment', { reason: `missing: ${missing.join(', ')}` });
  return await new Larder(checked).opened();
}

/**
 * One user's cache.
 *
 * Events: `change` (ChangeDetail), `connection` ({ state }), `error` (a LarderError), all CustomEvents;
 * `outbox` when what waits to be sent changed; `media` (MediaDetail), of downloads each whole percent too;
 * `quota` (QuotaDetail) when the cache or the browser's storage is filling up, or a file could not be kept;
 * `closed` when another tab upgraded or deleted the database and this page should be reloaded.
 */
export class Larder extends EventTarget {
  readonly databaseName: string;
  readonly capabilities: Capabilities;
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
  readonly #touched = new Set<string>();
  readonly #damaged = new Set<string>();
  #started = false;
  #listening = false;
  #closed = false;
  #token: string | null = null;
  #syncAsked = false;
  #channel: BroadcastChannel | null = null;

  /** Use `openLarder`. */
  constructor(options: CheckedOptions) {
    super();
    this.#options = options;
    this.databaseName = databaseName(options.userId, options.namespace);
    // The browser opens it while the rest is made; opened() tells of failures.
    this.#database().catch(() => {});
    this.#instance = crypto.randomUUID();
    this.capabilities = { locks: 'locks' in navigator, broadcast: 'BroadcastChannel' in globalThis };
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
    return this.read((db) => readChats(db, limit));
  }

  /** Calls back with the chat list at once and after each change of it; returns what stops it. */
  watchChats(options: { limit?: number }, callback: (chats: ChatSummary[]) => void): () => void {
    const limit = checkCount('limit', options.limit, CHATS_DEFAULT);
    return watch(
      this,
      ({ chats }) => chats,
      () => this.read((db) => readChats(db, limit)),
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
    this.#channel?.close();
    this.#unlinked(errorOf('closed'));
    await this.#link.then((link) => link.close()).catch(() => {});
    (await this.#db?.catch(() => null))?.close();
  }

  /**
   * Closes and deletes everything stored for this user. Rejects with `open_blocked` while another tab holds
   * it.
   */
  async destroy(): Promise<void> {
    await this.close();
    await deleteDatabase(this.databaseName, this.#options.openTimeoutMs);
    await removeFolder(this.databaseName);
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

  /** @internal Notes that rows of a chat were read for display; the core is told of many at once. */
  touch(requestId: string): void {
    if (!this.#touched.size) setTimeout(() => this.#tellTouched(), TOUCH_BATCH_MS);
    this.#touched.add(requestId);
  }

  #tellTouched(): void {
    for (const requestId of this.#touched) this.tell('touch', { requestId });
    this.#touched.clear();
  }

  /** @internal Reads from IndexedDB; a handle that died is replaced once. */
  async read<T>(work: (db: IDBDatabase) => Promise<T>): Promise<T> {
    try {
      return await this.#readOnce(work);
    } finally {
      setTimeout(() => void this.#start());
    }
  }

  async #readOnce<T>(work: (db: IDBDatabase) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#database());
    } catch (error) {
      if (error instanceof LarderError) throw error;
      this.#db = null;
    }
    try {
      return await work(await this.#database());
    } catch (error) {
      throw error instanceof LarderError
        ? error
        : new StorageError('storage', { reason: reasonOf(error), cause: error });
    }
  }

  /** @internal */
  report(error: unknown): void {
    const detail =
      error instanceof LarderError ? error : errorOf('storage', { reason: reasonOf(error), cause: error });
    this.dispatchEvent(new CustomEvent('error', { detail }));
  }

  /**
   * @internal Waits until the database can be read. The worker comes after the first read, or after a moment,
   * so that it doesn't take the processor from what is to be seen first.
   */
  async opened(): Promise<this> {
    try {
      await this.#database();
    } catch (error) {
      await this.close();
      throw error;
    }
    setTimeout(() => void this.#start(), FIRST_READ_MS);
    return this;
  }

  #database(): Promise<IDBDatabase> {
    if (this.#closed) return Promise.reject(errorOf('closed'));
    this.#db ??= openDatabase(
      this.databaseName,
      { superseded: () => this.#supersede(), lost: () => (this.#db = null) },
      this.#options.openTimeoutMs,
    );
    return this.#db;
  }

  async #start(): Promise<void> {
    if (this.#started || this.#closed) return;
    this.#started = true;
    if (!this.#listening) this.#listen();
    const { credentials } = this.#options;
    const asked = credentials ? this.#ask(credentials) : this.#token;
    try {
      const [{ Link, RecentBlocks, errorTexts }, token] = await Promise.all([import('./link.js'), asked]);
      addTexts(errorTexts);
      this.recent ??= this.#remember(new RecentBlocks());
      this.#startWorker(Link, token);
    } catch (cause) {
      this.#fail(errorOf('network', { reason: reasonOf(cause), cause }));
    }
  }

  #remember(recent: RecentBlocks): RecentBlocks {
    this.#database()
      .then((db) => recent.learn(db))
      .catch(() => {}); // then there is no hurry either
    return recent;
  }

  #startWorker(link: typeof Link, token: string | null): void {
    if (this.#closed) return;
    this.#token = token;
    const { transport, openTimeoutMs, userId, layout, limits, media } = this.#options;
    const { databaseName } = this;
    const instance = this.#instance;
    const online = navigator.onLine;
    const events = {
      onSignals: (signals: PlanSignal[]) => this.#take(signals),
      onError: (error: LarderError) => this.report(error),
      onClosed: () => this.#supersede(),
      onLost: (error: LarderError, untold: ToWorker[]) => {
        this.#fail(error);
        untold.forEach((message) => this.#post(message));
      },
      errorOf,
    };
    const own = { instance, databaseName, userId, token, online };
    const options = { ...own, openTimeoutMs, layout, limits, media };
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

  /** What the browser says of network and visibility, and what other tabs say of changes. */
  #listen(): void {
    const { signal } = this.#leave;
    this.#listening = true;
    const connectivity = (online: boolean) => () => {
      this.tell('connectivity', { online });
      if (online) void this.#start();
    };
    globalThis.addEventListener('online', connectivity(true), { signal });
    globalThis.addEventListener('offline', connectivity(false), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => this.#seen(), { signal });
    if (!this.capabilities.broadcast) return;
    this.#channel = new BroadcastChannel(channelName(this.databaseName));
    this.#channel.onmessage = ({ data }: MessageEvent<SharedSignals>) => {
      if (data.from !== this.#instance) this.#take(data.signals);
    };
  }

  #seen(): void {
    if (document.visibilityState === 'visible') this.tell('signal', {});
    else void this.#askForSync();
  }

  /**
   * What can't be sent from here, now or before the page goes, the app's service worker may send. The browser
   * is asked once for all that waits until the page sends again.
   */
  async #askForSync(): Promise<void> {
    const isSending = this.#connection === 'online' && document.visibilityState === 'visible';
    const asked = this.#syncAsked;
    this.#syncAsked = !isSending;
    if (isSending || asked || !('serviceWorker' in navigator)) return;
    const operations = await this.outbox.list().catch(() => []);
    this.#syncAsked = operations.some(({ status }) => status !== 'failed');
    if (!this.#syncAsked) return;
    await import('./background.js').then(({ askForSync }) => askForSync(this.#options)).catch(() => {});
  }

  #take(signals: PlanSignal[]): void {
    const change: ChangeDetail = { requestIds: [], chats: false, outbox: false };
    for (const signal of signals) this.#takeOne(signal, change);
    if (change.requestIds.length || change.chats || change.outbox)
      this.dispatchEvent(new CustomEvent('change', { detail: change }));
    if (!change.outbox) return;
    this.dispatchEvent(new CustomEvent('outbox'));
    void this.#askForSync();
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
        void this.#askForSync();
        return void this.dispatchEvent(new CustomEvent('connection', { detail: { state: signal.state } }));
      case 'auth':
        return void this.#renewCredentials();
      case 'media':
      case 'quota':
        return void this.dispatchEvent(new CustomEvent(signal.type, { detail: signal }));
      case 'error':
        return this.report(errorOf(signal.code, signal));
    }
  }

  /**
   * After a 401 the app is asked again; the same answer as before would only fail again, so that the app must
   * act.
   */
  async #renewCredentials(): Promise<void> {
    const { credentials } = this.#options;
    const token = credentials ? await this.#ask(credentials) : this.#token;
    if (token === this.#token) this.report(errorOf('auth'));
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
  #supersede(): void {
    if (this.#closed) return;
    this.#link.then((link) => link.rejectAll('closed')).catch(() => {});
    void this.close();
    this.dispatchEvent(new CustomEvent('closed'));
  }
}
