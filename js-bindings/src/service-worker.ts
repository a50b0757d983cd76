/**
 * `chatlarder/service-worker`: for the service worker of an app. Where there is Background Sync the browser
 * wakes it when there is a network again, and what was written is sent although no page is open. And it gives
 * out files that are on the device to whoever asks for parts of them.
 *
 * @module chatlarder/service-worker
 */
import { ownerOf, type OutboxOwner } from './background.js';
import { Calls } from './calls.js';
import { compileCore, type PlanSignal } from './core.js';
import { databaseName, openExisting, OPEN_TIMEOUT_MS } from './db.js';
import { addTexts, errorOf, LarderError } from './errors.js';
import * as errorTexts from './gen/error-texts.js';
import type { ErrorCode } from './gen/schema.js';
import { Host, type HostEvents, type HostOptions } from './host.js';
import { createHttpTransport } from './http.js';
import { isMailThere } from './mail.js';
import type { Credentials } from './options.js';
import { channelName, type SharedSignals } from './port.js';
import { readOutbox } from './reads.js';
import { openStore } from './store.js';
import type { HttpTransportConfig, Transport } from './transport.js';

export { serveMedia } from './media-route.js';
export { httpTransport } from './transport.js';
export type { Credentials, HttpTransportConfig, Transport };

addTexts(errorTexts);

/** What the app's pages keep is not for the service worker to decide. */
const NO_LIMITS = { bytes: Number.MAX_SAFE_INTEGER, itemBytes: Number.MAX_SAFE_INTEGER };

/** Whose outbox is to be sent. */
export interface OutboxDatabase {
  /** As it was given to `openLarder`. */
  userId: string;
  /** As it was given to `openLarder`, or the default. */
  namespace: string;
  /** As `larder.databaseName`. */
  databaseName: string;
}

/** How it is sent. A service worker can't import a module later, so the transport is data or an object. */
export interface DrainOptions {
  /** `httpTransport(…)`, or an object that lives in the service worker. */
  transport: HttpTransportConfig | Transport;
  /** Asked once each time; after a 401 the outbox waits for a page. */
  credentials?: Credentials;
  /**
   * Where `chatlarder.wasm` lies, seen from the service worker; by default beside this module. One that is
   * bundled into a classic script has to say it.
   */
  wasmUrl?: string | URL;
}

/** What a service worker is woken with (WICG, Background Synchronization). */
interface SyncEvent extends Event {
  tag: string;
  waitUntil(work: Promise<unknown>): void;
}

/**
 * Sends what waits in an outbox when the browser says that there is a network. Call it while the service
 * worker's script runs.
 *
 * `options` is asked whose outbox may be sent how; null leaves it alone. A page that is open does it by
 * itself. As long as something waits, the event fails, so that the browser tries again later, when that page
 * may be gone; it does so a few times, then the outbox waits until the app is opened.
 *
 * ```ts
 * drainOutboxOnSync(() => ({ transport: httpTransport({ baseUrl: '/api/v1' }), credentials: readToken }));
 * ```
 */
export function drainOutboxOnSync(options: (database: OutboxDatabase) => DrainOptions | null): void {
  addEventListener('sync', (event) => {
    const sync = event as SyncEvent;
    const owner = ownerOf(sync.tag);
    if (!owner) return;
    const { userId, namespace } = owner;
    const name = databaseName(userId, namespace);
    const chosen = options({ userId, namespace, databaseName: name });
    if (chosen) sync.waitUntil(drainAlone(name, owner, chosen).catch(unlessDestroyed));
  });
}

/** While a tab leads nothing is done, and what waits is left for later. */
async function drainAlone(name: string, owner: OutboxOwner, options: DrainOptions): Promise<void> {
  await navigator.locks.request(channelName(name), { ifAvailable: true }, async (lock) => {
    if (lock) await drain(name, owner, options);
    else if (await isAnyWaiting(name)) throw errorOf('aborted', { reason: 'a page sends' });
  });
}

/** Of a database that was deleted there is nothing to send; the browser need not try again. */
function unlessDestroyed(error: unknown): void {
  if (!(error instanceof LarderError && error.code === 'closed')) throw error;
}

async function isAnyWaiting(name: string): Promise<boolean> {
  const db = await openExisting(name, {});
  try {
    const operations = await readOutbox(db);
    return operations.some(({ status }) => status !== 'failed') || (await isMailThere(db));
  } finally {
    db.close();
  }
}

async function drain(name: string, owner: OutboxOwner, options: DrainOptions): Promise<void> {
  const { wasmUrl } = options;
  const module = await compileCore(
    wasmUrl ? new URL(wasmUrl, location.href) : new URL('./chatlarder.wasm', import.meta.url),
  );
  const token = (await options.credentials?.()) ?? null;
  const calls = new Calls(Promise.resolve(transportOf(options.transport, token)));
  const progress = new Progress(name, await openExisting(name, {}));
  const open: HostOptions['open'] = (events) => openStore(name, OPEN_TIMEOUT_MS, events, openExisting);
  const host = new Host(module, { ...owner, open, limits: NO_LIMITS }, calls, progress);
  try {
    await host.start();
    await progress.end();
  } finally {
    await host.close();
    await progress.close();
  }
}

function transportOf(transport: HttpTransportConfig | Transport, token: string | null): Transport {
  if (!('kind' in transport)) return transport;
  return createHttpTransport(new URL(transport.baseUrl, location.href).href, false, () => token);
}

/** A promise that is settled from outside. */
class Ended {
  resolve: () => void = () => {};
  reject: (error: unknown) => void = () => {};
  readonly promise = new Promise<void>((resolve, reject) => Object.assign(this, { resolve, reject }));

  constructor() {
    this.promise.catch(() => {}); // it may be settled before anybody waits
  }
}

/** How far a host has come that only sends. */
class Progress implements HostEvents {
  readonly #name: string;
  readonly #db: IDBDatabase;
  readonly #channel: BroadcastChannel;
  readonly #ended = new Ended();
  /** Settles when nothing is being read. */
  #atRest: Promise<unknown> = Promise.resolve();

  constructor(name: string, db: IDBDatabase) {
    this.#name = name;
    this.#db = db;
    this.#channel = new BroadcastChannel(channelName(name));
  }

  /**
   * Resolves when nothing waits, or when a tab waits to do the rest; rejects when nothing can be sent before
   * some time has passed.
   */
  end(): Promise<void> {
    this.#check();
    return this.#ended.promise;
  }

  /** WebKit never closes the connection of a worker that goes in mid-transaction. */
  async close(): Promise<void> {
    await this.#atRest;
    this.#channel.close();
    this.#db.close();
  }

  onSignals(signals: PlanSignal[]): void {
    this.#channel.postMessage({ from: 'service-worker', signals } satisfies SharedSignals);
    const stop = signals.find((signal) => signal.type === 'auth' || isOffline(signal));
    if (stop) this.#fail(stop.type === 'auth' ? 'auth' : 'network');
    else this.#check();
  }

  onError(code: ErrorCode, reason: string): void {
    this.#fail(code, reason);
  }

  onReplies(): void {}
  onVolatile(): void {}

  onSuperseded(): void {
    this.#fail('closed');
  }

  onFenced(): void {
    this.#fail('closed');
  }

  #fail(code: ErrorCode, reason?: string): void {
    this.#ended.reject(errorOf(code, { reason }));
  }

  #check(): void {
    const look = this.#look().catch((error: unknown) => this.#ended.reject(error));
    this.#atRest = Promise.all([this.#atRest, look]);
  }

  async #look(): Promise<void> {
    const operations = await readOutbox(this.#db);
    const underWay = operations.some(({ status }) => status === 'syncing');
    const waiting = operations.filter(({ status }) => status === 'pending');
    const isDone = !underWay && !waiting.length && !(await isMailThere(this.#db));
    if (isDone || (await isAwaited(this.#name))) this.#ended.resolve();
    else if (!underWay && waiting.some(({ nextRetryAt }) => nextRetryAt !== null)) this.#fail('network');
  }
}

function isOffline(signal: PlanSignal): boolean {
  return signal.type === 'connection' && signal.state === 'offline';
}

/** Whether a tab was opened meanwhile, which waits for the lock. */
async function isAwaited(name: string): Promise<boolean> {
  const { pending = [] } = await navigator.locks.query();
  return pending.some((lock) => lock.name === channelName(name));
}
