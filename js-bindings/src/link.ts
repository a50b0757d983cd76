import { errorOf, type LarderError } from './errors.js';
import type { ErrorCode } from './gen/schema.js';
import type { PlanReply, PlanSignal } from './core.js';
import type { StartOptions, ToPage, ToWorker } from './port.js';
import { runCall, type Transport } from './transport.js';

/** What the page hears of its worker. */
export interface LinkEvents {
  onSignals(signals: PlanSignal[]): void;
  onError(error: LarderError): void;
  onClosed(): void;
}

/**
 * How long a worker that is to close may take before it is ended as it is; one that can't be loaded never
 * answers.
 */
const CLOSE_PATIENCE_MS = 2000;

interface Waiting {
  resolve(): void;
  reject(error: LarderError): void;
}

/**
 * The page's end of the port: commands with their answers, signals, and the calls of a transport on the page.
 */
export class Link {
  #worker: Worker | null = null;
  /** What was posted before the worker was there. */
  readonly #early: ToWorker[] = [];
  readonly #events: LinkEvents;
  readonly #transport: Transport | null;
  readonly #instance: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #calls = new Map<number, AbortController>();
  #commands = 0;
  #closed: (() => void) | null = null;

  constructor(instance: string, transport: Transport | null, events: LinkEvents) {
    this.#instance = instance;
    this.#transport = transport;
    this.#events = events;
  }

  /** Makes the worker and lets it begin; then what was posted before. */
  start(options: StartOptions): void {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<ToPage>) => this.#take(data);
    this.#worker.onerror = ({ message }) =>
      this.#events.onError(errorOf('core', { reason: message || 'worker' }));
    this.post({ kind: 'start', options });
    for (const message of this.#early.splice(0)) this.post(message);
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    if (this.#worker) this.#worker.postMessage(message, transfer);
    else this.#early.push(message);
  }

  /** Sends a command; resolves when what it asked for has been committed. */
  command(type: string, members: Record<string, unknown>, signal?: AbortSignal): Promise<void> {
    const command = `${this.#instance}:${++this.#commands}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(errorOf('aborted'));
      this.#waiting.set(command, { resolve, reject });
      signal?.addEventListener('abort', () => this.#settle({ command, code: 'aborted' }), { once: true });
      this.post({ kind: 'event', header: { type, command, ...members } });
    });
  }

  /** Asks the worker to stop, which it does at rest, and lets it go. */
  async close(): Promise<void> {
    if (this.#worker) await this.#stop(this.#worker);
    for (const abort of this.#calls.values()) abort.abort('aborted');
    this.rejectAll('closed');
  }

  /** The worker ends itself; one that does not answer is terminated. */
  #stop(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        worker.terminate();
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
      case 'replies':
        return message.replies.forEach((reply) => this.#settle(reply));
      case 'signals':
        return this.#events.onSignals(message.signals);
      case 'call':
        return void this.#call(message);
      case 'cancel':
        return this.#calls.get(message.id)?.abort('aborted');
      case 'error':
        return this.#events.onError(errorOf(message.code, { reason: message.reason }));
      case 'closed':
        return this.#closed ? this.#closed() : this.#events.onClosed();
    }
  }

  #settle({ command, code, reason }: PlanReply): void {
    const waiting = this.#waiting.get(command);
    this.#waiting.delete(command);
    if (code) waiting?.reject(errorOf(code, { reason }));
    else waiting?.resolve();
  }

  async #call({ id, method, params }: Extract<ToPage, { kind: 'call' }>): Promise<void> {
    if (!this.#transport) return;
    const abort = new AbortController();
    this.#calls.set(id, abort);
    const outcome = await runCall(this.#transport, method, params, abort.signal, (change) =>
      this.post({ kind: 'signal', id, change }),
    );
    this.#calls.delete(id);
    this.post({ kind: 'answer', id, outcome }, outcome.body ? [outcome.body.buffer] : []);
  }
}
