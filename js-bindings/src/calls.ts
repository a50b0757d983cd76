import type { PlanCall } from './core.js';
import type { CallMethod } from './gen/schema.js';
import { createHttpTransport } from './http.js';
import type { MediaWork } from './media-work.js';
import { runCall, type AnsweredMethod } from './outcome.js';
import type { StartOptions, ToPage, ToWorker } from './port.js';
import type { CallOutcome, ChangeSignal, FetchMediaParams, MediaAnswer, Transport } from './transport.js';

/** Becomes the comments that say so: see `build.mjs`. */
declare const BUNDLERS_LEAVE_IT: string;

/** Calls that concern media, which a host without a `MediaWork` leaves to the next one. */
const MEDIA_METHODS: CallMethod[] = ['fetchMedia', 'makeThumbnail', 'estimateStorage', 'deleteFiles'];

interface Running {
  abort: AbortController;
  timer: ReturnType<typeof setTimeout> | undefined;
}

type FromPage = Extract<ToWorker, { kind: 'answer' | 'signal' | 'media' }>;

/** Who waits for a call that an object on the page answers. */
interface Waiting {
  resolve: (outcome: CallOutcome) => void;
  onSignal?: (change: ChangeSignal) => void;
  onMedia?: (part: Extract<FromPage, { kind: 'media' }>) => void;
}

/** The worker's side of the transport: runs calls with their time limits, and forgets them when told to. */
export class Calls {
  readonly #running = new Map<number, Running>();
  readonly #transport: Promise<Transport>;
  /** Null where no media are fetched; calls for them are never answered then. */
  readonly media: MediaWork | null;

  constructor(transport: Promise<Transport>, media: MediaWork | null = null) {
    this.#transport = transport;
    this.media = media;
    // A module that can't be imported fails each call; here it only must not count as unhandled.
    transport.catch(() => {});
  }

  /** Starts a call; `onEnd` is told how it ended, unless `abortAll` came first. */
  start(
    call: PlanCall,
    onSignal: (change: ChangeSignal) => void,
    onEnd: (outcome: CallOutcome) => void,
  ): void {
    if (call.method === 'abortCall') return this.#giveUp(call.params);
    const running: Running = { abort: new AbortController(), timer: undefined };
    const beat = () => {
      clearTimeout(running.timer);
      const expire = () => running.abort.abort('timeout');
      running.timer = call.timeoutMs ? setTimeout(expire, call.timeoutMs) : undefined;
    };
    beat();
    if (call.id) this.#running.set(call.id, running);
    const { signal } = running.abort;
    const work = MEDIA_METHODS.includes(call.method)
      ? this.media?.run(call, this.#transport, { signal, beat })
      : this.#run(call, signal, onSignal);
    void work?.then((outcome) => {
      clearTimeout(running.timer);
      if (this.#running.get(call.id) !== running) return this.media?.held.drop(outcome.facts?.['held']);
      this.#running.delete(call.id);
      onEnd(outcome);
    });
  }

  /** Carries out a call for media that nothing goes on without. */
  async finish(call: PlanCall): Promise<CallOutcome | undefined> {
    const { signal } = new AbortController();
    return this.media?.run(call, this.#transport, { signal, beat: () => {} });
  }

  /** What the browser says that it stores. */
  async usage(): Promise<number | undefined> {
    const outcome = await this.finish({ id: 0, method: 'estimateStorage', params: {} });
    return outcome?.facts?.['usage'] as number | undefined;
  }

  /** Nobody wants a download any more. */
  #giveUp(params: PlanCall['params']): void {
    this.#abort(params['call'] as number);
    this.media?.forget(params);
  }

  #abort(id: number): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    clearTimeout(running?.timer);
    running?.abort.abort('aborted');
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
      return await runCall(transport, call.method as AnsweredMethod, call.params, signal, onSignal);
    } catch (error) {
      return { failure: 'network', reason: String(error) };
    }
  }

  /** Aborts every call and drops its answer. */
  abortAll(): void {
    for (const id of [...this.#running.keys()]) this.#abort(id);
    this.media?.forget();
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
  return ((await import(BUNDLERS_LEAVE_IT + transport.url)) as { default: Transport }).default;
}

/** A transport whose calls are answered by an object on the page; bodies are transferred, not copied. */
export class PageTransport {
  readonly #post: (message: ToPage) => void;
  readonly #waiting = new Map<number, Waiting>();
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
      fetchMedia: (params, { signal }) => this.#fetchMedia(params, signal),
    };
    if (subscribes) {
      transport.subscribe = async (onSignal, { signal }) =>
        void (await this.#ask('subscribe', {}, signal, { onSignal }));
    }
    return transport;
  }

  /** A message of the page that belongs to a call; an answer to one that was cancelled is dropped. */
  take(message: FromPage): void {
    const waiting = this.#waiting.get(message.id);
    if (message.kind === 'signal') return waiting?.onSignal?.(message.change);
    if (message.kind === 'media') return waiting?.onMedia?.(message);
    this.#waiting.delete(message.id);
    waiting?.resolve(message.outcome);
  }

  /** Resolves with what is said of a file; its bytes follow. */
  #fetchMedia(params: FetchMediaParams, signal: AbortSignal): Promise<MediaAnswer> {
    return new Promise((resolve, reject) => {
      let into: ReadableStreamDefaultController<Uint8Array> | null = null;
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => void (into = controller),
        cancel: () => void (into = null), // what still comes is dropped
      });
      const onMedia: Waiting['onMedia'] = ({ head, bytes }) => {
        if (head) resolve({ ...head, stream });
        if (bytes) into?.enqueue(bytes);
      };
      const fail = (error: unknown) => {
        reject(error);
        into?.error(error);
        into = null;
      };
      void this.#ask('fetchMedia', params, signal, { onMedia }).then(() => into?.close(), fail);
    });
  }

  async #ask(
    method: PlanCall['method'],
    params: object,
    signal: AbortSignal,
    on: Omit<Waiting, 'resolve'> = {},
  ): Promise<Uint8Array> {
    const id = this.#nextId++;
    const cancel = () => this.#post({ kind: 'cancel', id });
    signal.addEventListener('abort', cancel, { once: true });
    const outcome = await new Promise<CallOutcome>((resolve) => {
      this.#waiting.set(id, { resolve, ...on });
      this.#post({ kind: 'call', id, method, params });
    });
    signal.removeEventListener('abort', cancel);
    if (outcome.status !== undefined && outcome.status < 300) return outcome.body ?? new Uint8Array();
    const { status, retryAfter } = outcome;
    throw Object.assign(new Error(outcome.reason ?? outcome.failure), { status, retryAfter });
  }
}
