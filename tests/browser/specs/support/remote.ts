/**
 * The page's end of modules/faulty.ts: a transport module in the worker, whose calls a server here answers.
 */
import { moduleTransport, type FetchMediaParams, type ModuleTransportConfig } from 'chatlarder';
import type { FakeServer, Method } from './fake-server.js';
import type { MediaServer } from './media-server.js';

/** What goes wrong with the storage inside the worker. */
export interface Fault {
  /**
   * `throw`: the request throws; `abort`: the transaction is aborted; `close`: the connection is closed;
   * `lost`: as if the browser had closed it; `open`: the database can't be opened.
   */
  how: 'throw' | 'abort' | 'close' | 'lost' | 'open';
  /** Of what is thrown. */
  name?: string;
  /** Only requests on this store; default all. */
  store?: string;
  /** Only requests of this kind; default all. */
  method?: 'put' | 'add' | 'delete';
  /** Only for rows with a Blob. */
  blobs?: boolean;
  /** Only for rows whose id or requestId this is. */
  id?: string;
  /** How many such requests go well before. */
  after?: number;
  /** How many fail then; default 1. */
  times?: number;
}

export type ToModule =
  | { kind: 'answer'; id: number; body?: Uint8Array; head?: object; status?: number; reason?: string }
  | { kind: 'signal'; id: number; change: { requestId?: string; revision?: string } }
  | { kind: 'fault'; fault: Fault | null }
  | { kind: 'hurry'; timeoutMs: number }
  | { kind: 'count' };

export type FromModule =
  | { kind: 'call'; id: number; method: Method | 'subscribe'; params: object }
  | { kind: 'cancel'; id: number }
  | { kind: 'ready' | 'hit' };

let remotes = 0;
const encoder = new TextEncoder();

/** A server on the page behind a transport module in the worker, which can break storage and hurry time. */
export class Remote {
  readonly config: ModuleTransportConfig;
  /** Where the module's worker finds it. */
  readonly channel: string;
  #hits = 0;
  readonly #server: FakeServer;
  readonly #channel: BroadcastChannel;
  readonly #calls = new Map<number, AbortController>();
  #onReady: (() => void) | null = null;

  constructor(server: FakeServer) {
    const name = `faulty-${Date.now().toString(36)}-${(remotes += 1)}`;
    this.channel = name;
    this.#server = server;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<FromModule>) => this.#take(data);
    this.config = moduleTransport(`/modules/faulty.js?channel=${name}`);
  }

  /** From now on this goes wrong in the worker; null: nothing does. */
  arm(fault: Fault | null): Promise<void> {
    return this.#tell({ kind: 'fault', fault });
  }

  /** From now on the worker's waits of half a minute last only so long. */
  hurry(timeoutMs: number): Promise<void> {
    return this.#tell({ kind: 'hurry', timeoutMs });
  }

  /** How often a fault struck until now: what the worker has told of on its channel, and on no other. */
  async hits(): Promise<number> {
    await this.#tell({ kind: 'count' });
    return this.#hits;
  }

  close(): void {
    this.#channel.close();
  }

  #tell(message: ToModule): Promise<void> {
    return new Promise((resolve) => {
      this.#onReady = resolve;
      this.#channel.postMessage(message);
    });
  }

  #take(message: FromModule): void {
    if (message.kind === 'hit') this.#hits += 1;
    if (message.kind === 'ready') this.#onReady?.();
    if (message.kind === 'cancel') this.#calls.get(message.id)?.abort();
    if (message.kind === 'call') void this.#call(message);
  }

  async #call({ id, method, params }: Extract<FromModule, { kind: 'call' }>): Promise<void> {
    const abort = new AbortController();
    this.#calls.set(id, abort);
    const answer = await this.#run(method, params, abort.signal, id);
    this.#calls.delete(id);
    this.#channel.postMessage(answer);
  }

  /** A file in one piece. */
  async #media(params: FetchMediaParams, signal: AbortSignal, id: number): Promise<ToModule> {
    const { stream, ...head } = await (this.#server as MediaServer).fetchMedia(params, { signal });
    const body = new Uint8Array(await new Response(stream).arrayBuffer());
    return { kind: 'answer', id, head, body };
  }

  async #run(
    method: Method | 'subscribe',
    params: object,
    signal: AbortSignal,
    id: number,
  ): Promise<ToModule> {
    try {
      if (method === 'subscribe') {
        const onSignal = (change: object) => this.#channel.postMessage({ kind: 'signal', id, change });
        await this.#server.subscribe(onSignal, { signal });
        return { kind: 'answer', id };
      }
      if (method === 'fetchMedia') return await this.#media(params as FetchMediaParams, signal, id);
      const answer = await this.#server[method](params as never, { signal });
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { kind: 'answer', id, body: encoder.encode(text) };
    } catch (error) {
      const { status } = error as { status?: number };
      const reason = (error as Error).message;
      return { kind: 'answer', id, reason, ...(status === undefined ? {} : { status }) };
    }
  }
}
