import type { CallMethod } from './gen/schema.js';

/** What a transport's call may give: an object, JSON text, bytes, or a fetch Response. */
export type TransportAnswer = object | string | Uint8Array | ArrayBuffer | Response;

/** `fetchChats`: the chats that changed since the cursor; without one all of them, newest activity first. */
export interface FetchChatsParams {
  cursor?: string;
  limit: number;
}

/**
 * `fetchMessages`: the newest `limit` messages with `afterSequence` < sequence number < `beforeSequence`,
 * both optional, ascending; and, with `sinceRevision`, what was edited or deleted since then.
 */
export interface FetchMessagesParams {
  requestId: string;
  afterSequence?: number;
  beforeSequence?: number;
  limit: number;
  sinceRevision?: string;
}

/** A change signal: "chat `requestId` is at `revision`". Without a chat: something may have changed. */
export interface ChangeSignal {
  requestId?: string;
  revision?: string;
}

/**
 * How an app's chat server is reached. Answers have the shape that web-demo/server/README.md describes.
 *
 * A call that fails throws; an error with a numeric `status` (and, if the server sent one, a `retryAfter`) is
 * classified by it, any other counts as "no network". `subscribe` is optional: it settles when the stream of
 * signals has ended, and calls `onSignal({})` once when it is established.
 */
export interface Transport {
  fetchChats(params: FetchChatsParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  fetchMessages(params: FetchMessagesParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  subscribe?(onSignal: (signal: ChangeSignal) => void, options: { signal: AbortSignal }): Promise<void>;
}

/** Plain data that says how to reach the server; it can be sent to the worker. */
export type TransportConfig = HttpTransportConfig | ModuleTransportConfig;

export interface HttpTransportConfig {
  kind: 'http';
  baseUrl: string;
  events: boolean;
}

export interface ModuleTransportConfig {
  kind: 'module';
  url: string;
}

/**
 * The default transport: the REST of the reference server (web-demo/server/README.md), called from the
 * worker. `baseUrl` is resolved against the page. With `events: false` no stream of change signals is opened.
 */
export function httpTransport(options: { baseUrl: string; events?: boolean }): HttpTransportConfig {
  return { kind: 'http', baseUrl: options.baseUrl, events: options.events ?? true };
}

/** A transport of the app's own as a module that the worker imports: its default export is a `Transport`. */
export function moduleTransport(url: string | URL): ModuleTransportConfig {
  return { kind: 'module', url: String(url) };
}

/** How a call ended, as the core is told: a status, or what kept it from having one. */
export interface CallOutcome {
  status?: number;
  failure?: 'network' | 'timeout' | 'aborted';
  retryAfter?: string;
  reason?: string;
  body?: Uint8Array;
}

const encoder = new TextEncoder();
const REASON_CHARACTERS = 500;

/** Runs one call of a transport and turns whatever comes of it into an outcome; never throws. */
export async function runCall(
  transport: Transport,
  method: CallMethod,
  params: object,
  signal: AbortSignal,
  onSignal: (change: ChangeSignal) => void,
): Promise<CallOutcome> {
  try {
    if (method === 'subscribe') {
      if (!transport.subscribe) return { status: 404 };
      await transport.subscribe(onSignal, { signal });
      return { status: 200 };
    }
    return await outcomeOf(await transport[method](params as never, { signal }));
  } catch (error) {
    return failureOf(error, signal);
  }
}

async function outcomeOf(answer: TransportAnswer): Promise<CallOutcome> {
  if (typeof answer === 'string') return { status: 200, body: encoder.encode(answer) };
  if (answer instanceof Uint8Array) return { status: 200, body: answer };
  if (answer instanceof ArrayBuffer) return { status: 200, body: new Uint8Array(answer) };
  if (answer instanceof Response) return responseOutcome(answer);
  return { status: 200, body: encoder.encode(JSON.stringify(answer)) };
}

async function responseOutcome(response: Response): Promise<CallOutcome> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.ok) return { status: response.status, body };
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, reason: serverReason(body), ...(retryAfter ? { retryAfter } : {}) };
}

/** The server's own words: the detail of a problem document (RFC 9457), or the start of the body. */
function serverReason(body: Uint8Array): string {
  const text = new TextDecoder().decode(body);
  try {
    const problem = JSON.parse(text) as { detail?: string; title?: string };
    return String(problem.detail ?? problem.title ?? text).slice(0, REASON_CHARACTERS);
  } catch {
    return text.slice(0, REASON_CHARACTERS);
  }
}

function failureOf(error: unknown, signal: AbortSignal): CallOutcome {
  if (signal.aborted) return { failure: signal.reason === 'timeout' ? 'timeout' : 'aborted' };
  const { status, retryAfter } = (error ?? {}) as { status?: unknown; retryAfter?: string | number };
  const reason = error instanceof Error ? error.message : String(error);
  if (typeof status !== 'number') return { failure: 'network', reason };
  return { status, reason, ...(retryAfter === undefined ? {} : { retryAfter: String(retryAfter) }) };
}
