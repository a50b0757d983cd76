import type { PlanCall } from './core.js';
import { createHttpTransport } from './http.js';
import { runCall } from './outcome.js';
import type { StartOptions, ToPage, ToWorker } from './port.js';
import type { CallOutcome, ChangeSignal, Transport } from './transport.js';

interface Running {
  abort: AbortController;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** The worker's side of the transport: runs calls with their time limits, and forgets them when told to. */
export class Calls {
  readonly #running = new Map<number, Running>();
  readonly #transport: Promise<Transport>;

  constructor(transport: Promise<Transport>) {
    this.#transport = transport;
    // A module that can't be imported fails each call; here it only must not count as unhandled.
    transport.catch(() => {});
  }

  /** Starts a call; `onEnd` is told how it ended, unless `abortAll` came first. */
  start(
    call: PlanCall,
    onSignal: (change: ChangeSignal) => void,
    onEnd: (outcome: CallOutcome) => void,
  ): void {
    const abort = new AbortController();
    const timer = call.timeoutMs ? setTimeout(() => abort.abort('timeout'), call.timeoutMs) : undefined;
    const running = { abort, timer };
    this.#running.set(call.id, running);
    void this.#run(call, abort.signal, onSignal).then((outcome) => {
      clearTimeout(timer);
      if (this.#running.get(call.id) !== running) return;
      this.#running.delete(call.id);
      onEnd(outcome);
    });
  }

  async #run(
    call: PlanCall,
    signal: AbortSignal,
    onSignal: (change: ChangeSignal) => void,
  ): Promise<CallOutcome> {
    const gaveUp = new Promise<CallOutcome>((resolve) => {
      const failure = () => (signal.reason === 'timeout' ? 'timeout' : 'aborted');
      signal.addEventListener('abort', () => resolve({ failure: failure() }), { once: true });
    });
    return Promise.race([gaveUp, this.#call(call, signal, onSignal)]);
  }

  async #call(
    call: PlanCall,
    signal: AbortSignal,
    onSignal: (change: ChangeSignal) => void,
  ): Promise<CallOutcome> {
    try {
      const transport = await this.#transport;
      return await runCall(transport, call.method, call.params, signal, onSignal);
    } catch (error) {
      return { failure: 'network', reason: String(error) };
    }
  }

  /** Aborts every call and drops its answer. */
  abortAll(): void {
    for (const { abort, timer } of this.#running.values()) {
      clearTimeout(timer);
      abort.abort('aborted');
    }
    this.#running.clear();
  }
}

/** The transport that the options name. */
export async function createTransport(
  options: StartOptions,
  token: () => string | null,
  pageTransport: PageTransport,
): Promise<Transport> {
  const { transport } = options;
  if (transport.kind === 'http') return createHttpTransport(transport.baseUrl, transport.events, token);
  if (transport.kind === 'page') return pageTransport.create(transport.subscribes);
  return (
    (await import(/* @vite-ignore */ /* webpackIgnore: true */ transport.url)) as { default: Transport }
  ).default;
}

/** A transport whose calls are answered by an object on the page; bodies are transferred, not copied. */
export class PageTransport {
  readonly #post: (message: ToPage) => void;
  readonly #waiting = new Map<
    number,
    { resolve: (outcome: CallOutcome) => void; onSignal?: (c: ChangeSignal) => void }
  >();
  #nextId = 1;

  constructor(post: (message: ToPage) => void) {
    this.#post = post;
  }

  create(subscribes: boolean): Transport {
    const transport: Transport = {
      fetchChats: (params, { signal }) => this.#ask('fetchChats', params, signal),
      fetchMessages: (params, { signal }) => this.#ask('fetchMessages', params, signal),
      sendMessage: (params, { signal }) => this.#ask('sendMessage', params, signal),
      markRead: (params, { signal }) => this.#ask('markRead', params, signal),
    };
    if (subscribes) {
      transport.subscribe = async (onSignal, { signal }) =>
        void (await this.#ask('subscribe', {}, signal, onSignal));
    }
    return transport;
  }

  /** A message of the page that belongs to a call; an answer to one that was cancelled is dropped. */
  take(message: Extract<ToWorker, { kind: 'answer' | 'signal' }>): void {
    const waiting = this.#waiting.get(message.id);
    if (message.kind === 'signal') return waiting?.onSignal?.(message.change);
    this.#waiting.delete(message.id);
    waiting?.resolve(message.outcome);
  }

  async #ask(
    method: PlanCall['method'],
    params: object,
    signal: AbortSignal,
    onSignal?: (change: ChangeSignal) => void,
  ): Promise<Uint8Array> {
    const id = this.#nextId++;
    const cancel = () => this.#post({ kind: 'cancel', id });
    signal.addEventListener('abort', cancel, { once: true });
    const outcome = await new Promise<CallOutcome>((resolve) => {
      this.#waiting.set(id, { resolve, ...(onSignal ? { onSignal } : {}) });
      this.#post({ kind: 'call', id, method, params });
    });
    signal.removeEventListener('abort', cancel);
    if (outcome.status !== undefined && outcome.status < 300) return outcome.body ?? new Uint8Array();
    const { status, retryAfter } = outcome;
    throw Object.assign(new Error(outcome.reason ?? outcome.failure), { status, retryAfter });
  }
}
