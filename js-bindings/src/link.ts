import type { CoreEvent, PlanSignal } from './core.js';
import type { errorOf, LarderError } from './errors.js';
import * as errorTexts from './gen/error-texts.js';
import * as LIMITS from './gen/limits.js';
import type { CallMethod, ErrorCode } from './gen/schema.js';
import type { Reply } from './host.js';
import { hold, lockOf } from './locks.js';
import { failureOf, runCall, type AnsweredMethod } from './outcome.js';
import type { StartOptions, ToPage, ToWorker } from './port.js';
import type {
  CallOutcome,
  ChangeSignal,
  FetchMediaParams,
  MediaAnswer,
  Transport,
  TransportConfig,
} from './transport.js';

export { errorTexts };

export { Lifecycle } from './lifecycle.js';
export { Access } from './access.js';

export { RecentBlocks } from './recent.js';

/**
 * What the page hears of its worker, and how it makes errors: this file must not have their classes again.
 */
export interface LinkEvents {
  onSignals(signals: PlanSignal[], generation?: number): void;
  /** Commands were carried out in another tab: what they changed is told another way, and may come later. */
  onElsewhere(): void;
  onError(error: LarderError): void;
  onClosed(destroyed?: boolean): void;
  /** The worker can't be loaded; what it was told and is no command is to be told to another. */
  onLost(error: LarderError, untold: ToWorker[]): void;
  errorOf: typeof errorOf;
}

/**
 * How long a worker that is to close may take before it is ended as it is; one that can't be loaded never
 * answers.
 */
const CLOSE_PATIENCE_MS = 2000;
/** So long chats that were read for display are collected before the core is told of them. */
const TOUCH_BATCH_MS = 1000;

/** Where the larder of this page is served: a worker, or the page itself. */
interface Served {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<ToPage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Waiting {
  event: CoreEvent;
  resolve(reply: Reply): void;
  reject(error: LarderError): void;
}

/**
 * The page's end of the port: commands with their answers, signals, and the calls of a transport on the page.
 * It comes with the worker, and is loaded with it: nothing that is to be seen first needs it. A worker that
 * no longer answers is replaced; the next one is told what holds, and handed the commands without an answer.
 */
export class Link {
  #worker: Served;
  #workers = 0;
  readonly #events: LinkEvents;
  readonly #transport: Transport | TransportConfig;
  readonly #options: Omit<StartOptions, 'tab'>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #calls = new Map<number, AbortController>();
  /** Chats that are open, by view. */
  readonly #views = new Map<unknown, CoreEvent>();
  /** Those that were read for display, and not told of yet. */
  readonly #touched = new Map<unknown, ToWorker>();
  readonly #leave = new AbortController();
  #commands = 0;
  /** What was posted before the worker said that it is there. */
  #untold: ToWorker[] | null = [];
  #closed: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** It was asked for a sign of life, and has said nothing since. */
  #silent = false;

  /** Makes the worker and lets it begin. */
  constructor(
    options: Omit<StartOptions, 'transport' | 'tab'>,
    transport: Transport | TransportConfig,
    events: LinkEvents,
  ) {
    this.#options = { ...options, transport: configOf(transport) };
    this.#transport = transport;
    this.#events = events;
    this.#worker = this.#begin();
    // As long as it is held, answers to this page's commands are kept for it.
    void hold(lockOf(options.databaseName, options.instance), this.#leave.signal);
  }

  #begin(): Served {
    const worker: Served =
      serveHere() ?? new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<ToPage>) => this.#take(data);
    worker.onerror = ({ message }) => this.#fail(message);
    const tab = `${this.#options.instance}~${(this.#workers += 1)}`;
    const start: ToWorker = { kind: 'start', options: { ...this.#options, tab } };
    this.#untold = [start];
    worker.postMessage(start);
    return worker;
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    if (message.kind === 'event' && message.event.header.type === 'touch') this.#touch(message);
    else this.#tell(message, transfer);
  }

  #touch(message: Extract<ToWorker, { kind: 'event' }>): void {
    if (!this.#touched.size) setTimeout(() => this.#tellTouched(), TOUCH_BATCH_MS);
    this.#touched.set(message.event.header['requestId'], message);
  }

  #tellTouched(): void {
    if (!this.#leave.signal.aborted) for (const message of this.#touched.values()) this.#tell(message);
    this.#touched.clear();
  }

  #tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.#note(message);
    this.#untold?.push(message);
    this.#worker.postMessage(message, transfer);
  }

  /** The chats that are open. */
  opened(): string[] {
    return [...this.#views.values()].map(({ header }) => String(header['requestId']));
  }

  /** What the next worker would have to know. */
  #note(message: ToWorker): void {
    if (message.kind === 'shown') this.#silent = false; // it was frozen, too
    if (message.kind === 'credentials') this.#options.token = message.token;
    if (message.kind !== 'event') return;
    const { type, view, bytes, itemBytes } = message.event.header;
    if (type === 'open') this.#views.set(view, message.event);
    if (type === 'close') this.#views.delete(view);
    if (type !== 'limits') return;
    const given = Object.entries({ bytes, itemBytes }).filter(([, limit]) => limit);
    this.#options.limits = { ...this.#options.limits, ...Object.fromEntries(given) };
  }

  /** One that never was there could not be loaded. */
  #fail(message: string | undefined): void {
    const error = this.#events.errorOf('core', { reason: message || 'the worker can’t be loaded' });
    if (!this.#untold) return this.#events.onError(error);
    this.#leave.abort();
    this.rejectAll('core');
    this.#events.onLost(error, this.#untold.filter(isTold));
  }

  /** As long as commands wait the worker is asked, now and then, whether it is still there. */
  #attend(): void {
    this.#timer ??= setTimeout(() => this.#check(), LIMITS.workerSilenceMs);
  }

  #check(): void {
    this.#timer = undefined;
    if (!this.#waiting.size || this.#leave.signal.aborted) return;
    if (this.#silent && !this.#untold) this.#replace();
    this.#silent = true;
    this.#worker.postMessage({ kind: 'ping' } satisfies ToWorker);
    this.#attend();
  }

  #replace(): void {
    const reason = 'the worker no longer answers; another one was started';
    this.#events.onError(this.#events.errorOf('core', { reason }));
    this.#worker.onmessage = this.#worker.onerror = null;
    this.#worker.terminate();
    for (const abort of this.#calls.values()) abort.abort('aborted');
    this.#calls.clear();
    this.#options.online = navigator.onLine;
    this.#untold = [];
    try {
      this.#worker = this.#begin();
    } catch (cause) {
      return this.#fail(String(cause));
    }
    for (const event of this.#views.values()) this.post({ kind: 'event', event });
    for (const { event } of this.#waiting.values()) this.post({ kind: 'event', event });
  }

  /** Sends a command; resolves when what it asked for has been committed, or is at least in memory. */
  command({ header, body }: CoreEvent, signal?: AbortSignal): Promise<Reply> {
    const command = `${this.#options.instance}:${++this.#commands}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(this.#events.errorOf('aborted'));
      const event = { header: { ...header, command }, ...(body ? { body } : {}) };
      this.#waiting.set(command, { event, resolve, reject });
      const abort = () => {
        if (header.type === 'mediaGet' && this.#waiting.has(command))
          this.post({ kind: 'event', event: { header: { type: 'mediaForget', of: command } } });
        this.#settle({ command, code: 'aborted' });
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.post({ kind: 'event', event });
      this.#attend();
    });
  }

  /** Asks the worker to stop, which it does at rest, and lets it go. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#stop();
    this.#leave.abort();
    for (const abort of this.#calls.values()) abort.abort('aborted');
    this.rejectAll('closed');
  }

  /** The worker ends itself; one that does not answer is terminated. */
  #stop(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#worker.terminate();
        resolve();
      }, CLOSE_PATIENCE_MS);
      this.#closed = () => {
        clearTimeout(timer);
        resolve();
      };
      this.post({ kind: 'close' });
    });
  }

  /** Tells every command that waits that nothing will come. */
  rejectAll(code: ErrorCode): void {
    for (const command of [...this.#waiting.keys()]) this.#settle({ command, code });
  }

  #take(message: ToPage): void {
    this.#silent = false;
    switch (message.kind) {
      case 'ready':
        return void (this.#untold = null);
      case 'pong':
        return;
      case 'replies':
        if (message.elsewhere) this.#events.onElsewhere();
        return message.replies.forEach((reply) => this.#settle(reply));
      case 'signals':
        return this.#events.onSignals(message.signals, message.generation);
      case 'call':
        return void this.#call(message);
      case 'cancel':
        return this.#calls.get(message.id)?.abort('aborted');
      case 'error':
        return this.#events.onError(this.#events.errorOf(message.code, { reason: message.reason }));
      case 'closed':
        return this.#closed ? this.#closed() : this.#events.onClosed(message.destroyed);
    }
  }

  #settle(reply: Reply): void {
    const { command, code, path, reason } = reply;
    const waiting = this.#waiting.get(command);
    this.#waiting.delete(command);
    if (code) waiting?.reject(this.#events.errorOf(code, { path, reason }));
    else waiting?.resolve(reply);
  }

  async #call({ id, method, params }: Extract<ToPage, { kind: 'call' }>): Promise<void> {
    const abort = new AbortController();
    this.#calls.set(id, abort);
    const outcome = await this.#run(id, method, params, abort.signal);
    if (this.#calls.get(id) !== abort) return; // of a worker that is no more
    this.#calls.delete(id);
    this.post({ kind: 'answer', id, outcome }, outcome.body ? [outcome.body.buffer] : []);
  }

  #run(id: number, method: CallMethod, params: object, signal: AbortSignal): Promise<CallOutcome> {
    const transport = this.#transport as Transport;
    if (method === 'fetchMedia') return this.#sendMedia(id, params as FetchMediaParams, signal);
    const onSignal = (change: ChangeSignal) => this.post({ kind: 'signal', id, change });
    return runCall(transport, method as AnsweredMethod, params, signal, onSignal);
  }

  async #sendMedia(id: number, params: FetchMediaParams, signal: AbortSignal): Promise<CallOutcome> {
    try {
      const { sendMedia } = await import('./media-calls.js');
      const send = (part: { head?: MediaAnswer; bytes?: Uint8Array }, transfer: Transferable[] = []) =>
        this.post({ kind: 'media', id, ...part }, transfer);
      return await sendMedia(this.#transport as Transport, params, signal, send);
    } catch (error) {
      return failureOf(error, signal);
    }
  }
}

/** Where there are no workers the page is served by itself. */
function serveHere(): Served | null {
  if ('Worker' in globalThis) return null;
  const { port1, port2 } = new MessageChannel();
  const terminate = () => port1.close();
  const served = Object.assign(port1, { terminate, onerror: null }) as unknown as Served;
  import('./serve.js').then(
    ({ serve }) => serve(port2),
    (cause: unknown) => served.onerror?.(new ErrorEvent('error', { message: String(cause) })),
  );
  return served;
}

/** What is no command, and not the start itself. */
function isTold(message: ToWorker): boolean {
  return message.kind === 'event' ? !('command' in message.event.header) : message.kind !== 'start';
}

/** Addresses are the page's: the worker's own would resolve them against its file. */
function configOf(transport: TransportConfig | Transport): StartOptions['transport'] {
  if (!('kind' in transport)) return { kind: 'page', subscribes: typeof transport.subscribe === 'function' };
  const base = globalThis.document?.baseURI ?? location.href;
  if (transport.kind === 'http') return { ...transport, baseUrl: new URL(transport.baseUrl, base).href };
  return { ...transport, url: new URL(transport.url, base).href };
}
