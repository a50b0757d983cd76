import { Calls, createTransport, PageTransport } from './calls.js';
import { compileCore, type CoreEvent, type PlanSignal } from './core.js';
import { openDatabase, openExisting } from './db.js';
import { LarderError, reasonOf } from './errors.js';
import type { ErrorCode } from './gen/schema.js';
import { Host, mergeLimits, type HostOptions, type Reply } from './host.js';
import { Tab } from './leader.js';
import { MediaWork } from './media-work.js';
import type { CacheLimits } from './options.js';
import {
  channelName,
  type ServedPort,
  type SharedSignals,
  type StartOptions,
  type ToWorker,
} from './port.js';
import { openStore } from './store.js';
import { letInspect } from './tap.js';
import { VolatileOutbox } from './volatile.js';

/**
 * Serves the larder of one page at a port: in a worker, or, where there are none, in the page itself. It has
 * a host when it leads (`Tab`), so that only one core writes; the pages of other tabs hear of changes over a
 * channel.
 */
export function serve(port: ServedPort): void {
  new Service(port);
}

type SignalOf<Type> = Extract<PlanSignal, { type: Type }>;

class Service {
  readonly #port: ServedPort;
  /** Begins before the page says so: it is what takes longest. */
  readonly #compiled = compileCore(new URL('./chatlarder.wasm', import.meta.url)).catch((cause: unknown) => {
    throw new LarderError('core', { reason: reasonOf(cause), cause });
  });
  readonly #pageTransport: PageTransport;
  #instance = '';
  #token: string | null = null;
  #tab: Tab | null = null;
  #inMemory: VolatileOutbox | null = null;
  #channel: BroadcastChannel | null = null;
  #closed = false;
  #endInspecting = () => {};
  /** That this tab has, or had last, when it led. */
  #host: Host | null = null;
  /** What this page asked for last, for a host that is made later. */
  #limits: Partial<CacheLimits> = {};
  /** What a tab that comes later is told: how the own host sees the network, and each chat. */
  #connection: SignalOf<'connection'> | null = null;
  readonly #chats = new Map<string, SignalOf<'chat'>>();
  /** And whether storage can be had. */
  #durability: SignalOf<'durability'> | null = null;

  constructor(port: ServedPort) {
    this.#port = port;
    this.#compiled.catch(() => {});
    this.#pageTransport = new PageTransport((message) => port.postMessage(message));
    port.onmessage = ({ data }) => this.#take(data);
  }

  #take(message: ToWorker): void {
    switch (message.kind) {
      case 'start':
        this.#port.postMessage({ kind: 'ready' });
        return this.#start(message.options);
      case 'event':
        return this.#push(message.event);
      case 'credentials':
        this.#token = message.token;
        return this.#push({ header: { type: 'credentials' } });
      case 'answer':
      case 'signal':
      case 'media':
        return this.#pageTransport.take(message);
      case 'hidden':
        return this.#tab?.hide();
      case 'shown':
        return this.#tab?.show();
      case 'ping':
        return this.#port.postMessage({ kind: 'pong' });
      case 'close':
        return void this.#close();
    }
  }

  #start(options: StartOptions): void {
    const { instance, userId, online, databaseName, token, limits } = options;
    this.#instance = instance;
    this.#token = token;
    this.#limits = limits;
    if ('BroadcastChannel' in globalThis) this.#channel = new BroadcastChannel(channelName(databaseName));
    const inMemory = (this.#inMemory = new VolatileOutbox({
      module: this.#compiled,
      userId,
      calls: () => this.#callsOf(options, (signals) => this.#signal(signals)),
      onReplies: (replies) => this.#deliver(replies),
      onSignals: (signals) => this.#signal(signals),
      onError: (code, reason) => this.#report(code, reason),
    }));
    this.#tab = new Tab(options, {
      makeHost: (module) => this.#makeHost(module, options),
      onReplies: (replies) => this.#reply(replies),
      onVolatile: (event) => inMemory.take([event]),
      onCome: () => this.#tellAll(),
      onOpened: (requestId) =>
        this.#tellOthers(this.#chats.has(requestId) ? [this.#chats.get(requestId)!] : []),
      onCredentials: () => this.#signal([{ type: 'auth', renewed: true }]),
      onError: (code, reason) => this.#report(code, reason),
    });
    this.#push({ header: { type: 'connectivity', online } });
    this.#endInspecting = letInspect(databaseName);
    void this.#tab.start(this.#compiled);
  }

  #makeHost(module: WebAssembly.Module, options: StartOptions): Host {
    const { userId, layout, media } = options;
    const open = this.#openerOf(options);
    const calls = this.#callsOf(options, (signals) => this.#signalAll(signals));
    this.#chats.clear();
    const host: Host = (this.#host = new Host(
      module,
      { open, userId, layout, limits: this.#limits, media },
      calls,
      {
        onReplies: (replies) => this.#deliver(replies),
        onSignals: (signals) => this.#signalAll(signals),
        onError: (code, reason) => this.#report(code, reason),
        onVolatile: (events) => this.#tab?.deliverVolatile(events),
        onFenced: () => this.#tab?.fenced(host),
        onSuperseded: (destroyed) => this.#port.postMessage({ kind: 'closed', destroyed }),
      },
    ));
    return host;
  }

  /**
   * A database that isn't there when a host begins was destroyed in another tab, and is not made again. One
   * that goes later without notice was cleared by the browser: it is.
   */
  #openerOf({ databaseName, openTimeoutMs, made }: StartOptions): HostOptions['open'] {
    let opener = made ? openExisting : openDatabase;
    return async (events) => {
      try {
        const store = await openStore(databaseName, openTimeoutMs, events, opener);
        opener = openDatabase;
        return store;
      } catch (error) {
        if (error instanceof LarderError && error.code === 'closed')
          this.#port.postMessage({ kind: 'closed', destroyed: true });
        throw error;
      }
    };
  }

  #callsOf(options: StartOptions, onSignals: (signals: PlanSignal[]) => void): Calls {
    const { databaseName, openTimeoutMs } = options;
    const media = new MediaWork({
      databaseName,
      openDatabase: () => openExisting(databaseName, {}, openTimeoutMs),
      onProgress: (requestId, filename, progress) => {
        const id = `${requestId}:${filename}`;
        onSignals([{ type: 'media', requestId, id, filename, status: 'downloading', progress }]);
      },
    });
    const transport = createTransport(options, () => this.#token, this.#pageTransport);
    return new Calls(transport, media);
  }

  #push(event: CoreEvent): void {
    if (event.header.type === 'limits') this.#limits = mergeLimits(this.#limits, event.header);
    this.#inMemory?.push(event);
    this.#tab?.push(event);
  }

  /** To the page: how its commands ended. */
  #reply(replies: Reply[]): void {
    this.#inMemory?.settle(replies);
    this.#port.postMessage({ kind: 'replies', replies, elsewhere: !this.#tab?.leads });
  }

  /** To this page and the others: how commands ended that a host here carried out. */
  #deliver(replies: Reply[]): void {
    this.#inMemory?.settle(replies);
    this.#tab?.deliver(replies);
  }

  #signal(signals: PlanSignal[], generation?: number): void {
    this.#port.postMessage({ kind: 'signals', signals, ...(generation ? { generation } : {}) });
  }

  /** To this page and the others. */
  #signalAll(all: PlanSignal[]): void {
    const signals = all.map(named);
    for (const signal of signals) {
      if (signal.type === 'connection') this.#connection = signal;
      if (signal.type === 'durability') this.#durability = signal;
      if (signal.type === 'chat') this.#chats.set(signal.requestId, signal);
    }
    this.#signal(signals, this.#generation);
    this.#tellOthers(signals);
  }

  #tellOthers(signals: PlanSignal[]): void {
    const shared: SharedSignals = { from: this.#instance, signals: signals.map(withoutReason) };
    if (this.#generation) shared.generation = this.#generation;
    if (signals.length) this.#channel?.postMessage(shared);
  }

  /** To a tab that begins to follow: how things are. */
  #tellAll(): void {
    const known = [this.#connection, this.#durability, ...this.#chats.values()];
    this.#tellOthers(known.filter((signal) => signal !== null));
  }

  get #generation(): number {
    return this.#host?.generation ?? 0;
  }

  #report(code: ErrorCode, reason: string): void {
    if (!this.#closed) this.#port.postMessage({ kind: 'error', code, reason });
  }

  /**
   * A worker ends itself, which a browser does between two tasks: WebKitGTK 2.50 ends the process of the page
   * when a worker is terminated from outside while a script of it runs (WebKit pull requests 56535, 56747).
   */
  async #close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#tab?.close(), this.#inMemory?.close()]);
    this.#channel?.close();
    this.#endInspecting();
    this.#port.postMessage({ kind: 'closed' });
    this.#port.close();
  }
}

/** A file is told of with its name. */
function named(signal: PlanSignal): PlanSignal {
  if (signal.type !== 'media') return signal;
  return { ...signal, filename: signal.id.slice(signal.requestId.length + 1) };
}

/** The server's words stay in the tab that heard them. */
function withoutReason(signal: PlanSignal): PlanSignal {
  if (signal.type !== 'error') return signal;
  const { reason: _, ...rest } = signal;
  return rest;
}
