import type { CoreEvent, PlanSignal } from './core.js';
import type { errorOf, LarderError } from './errors.js';
import * as errorTexts from './gen/error-texts.js';
import type { CallMethod, ErrorCode } from './gen/schema.js';
import type { Reply } from './host.js';
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

export { RecentBlocks } from './recent.js';

/**
 * What the page hears of its worker, and how it makes errors: this file must not have their classes again.
 */
export interface LinkEvents {
  onSignals(signals: PlanSignal[]): void;
  onError(error: LarderError): void;
  onClosed(): void;
  /** The worker can't be loaded; what it was told and is no command is to be told to another. */
  onLost(error: LarderError, untold: ToWorker[]): void;
  errorOf: typeof errorOf;
}

/**
 * How long a worker that is to close may take before it is ended as it is; one that can't be loaded never
 * answers.
 */
const CLOSE_PATIENCE_MS = 2000;

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: LarderError): void;
}

/**
 * The page's end of the port: commands with their answers, signals, and the calls of a transport on the page.
 * It comes with the worker, and is loaded with it: nothing that is to be seen first needs it.
 */
export class Link {
  readonly #worker: Worker;
  readonly #events: LinkEvents;
  readonly #transport: Transport | TransportConfig;
  readonly #instance: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #calls = new Map<number, AbortController>();
  #commands = 0;
  /** What was posted before the worker said that it is there. */
  #untold: ToWorker[] | null = [];
  #closed: (() => void) | null = null;

  /** Makes the worker and lets it begin. */
  constructor(
    options: Omit<StartOptions, 'transport'>,
    transport: Transport | TransportConfig,
    events: LinkEvents,
  ) {
    this.#instance = options.instance;
    this.#transport = transport;
    this.#events = events;
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<ToPage>) => this.#take(data);
    this.#worker.onerror = ({ message }) => this.#fail(message);
    this.post({ kind: 'start', options: { ...options, transport: configOf(transport) } });
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#untold?.push(message);
    this.#worker.postMessage(message, transfer);
  }

  /** One that never was there could not be loaded. */
  #fail(message: string | undefined): void {
    const error = this.#events.errorOf('core', { reason: message || 'the worker can’t be loaded' });
    if (!this.#untold) return this.#events.onError(error);
    this.rejectAll('core');
    this.#events.onLost(error, this.#untold.filter(isTold));
  }

  /** Sends a command; resolves when what it asked for has been committed, or is at least in memory. */
  command({ header, body }: CoreEvent, signal?: AbortSignal): Promise<Reply> {
    const command = `${this.#instance}:${++this.#commands}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(this.#events.errorOf('aborted'));
      this.#waiting.set(command, { resolve, reject });
      const abort = () => {
        if (header.type === 'mediaGet' && this.#waiting.has(command))
          this.post({ kind: 'event', event: { header: { type: 'mediaForget', of: command } } });
        this.#settle({ command, code: 'aborted' });
      };
      signal?.addEventListener('abort', abort, { once: true });
      const event = { header: { ...header, command } };
      this.post({ kind: 'event', event: body ? { ...event, body } : event });
    });
  }

  /** Asks the worker to stop, which it does at rest, and lets it go. */
  async close(): Promise<void> {
    await this.#stop();
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
    switch (message.kind) {
      case 'ready':
        return void (this.#untold = null);
      case 'replies':
        return message.replies.forEach((reply) => this.#settle(reply));
      case 'signals':
        return this.#events.onSignals(message.signals);
      case 'call':
        return void this.#call(message);
      case 'cancel':
        return this.#calls.get(message.id)?.abort('aborted');
      case 'error':
        return this.#events.onError(this.#events.errorOf(message.code, { reason: message.reason }));
      case 'closed':
        return this.#closed ? this.#closed() : this.#events.onClosed();
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
