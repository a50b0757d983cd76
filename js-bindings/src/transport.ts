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

/**
 * `sendMessage`: a message with its idempotency key. The answer is the message as the server has it; for a
 * key that it knows already, the one that it stored then. Whatever else the app handed in comes along.
 */
export interface SendMessageParams {
  requestId: string;
  clientTempId: string;
  content: string;
  isScreenshot?: boolean;
  screenshotFileName?: string | null;
  [member: string]: unknown;
}

/**
 * `markRead`: the user has read everything up to a sequence number. The answer may say what is unread now.
 */
export interface MarkReadParams {
  requestId: string;
  upToSequence: number;
  messageIds: string[];
}

/**
 * `fetchMedia`: the bytes of a file from `offset` on; what lies before is there from an earlier try. `etag`
 * is what that try was told of the file, if anything.
 */
export interface FetchMediaParams {
  requestId: string;
  filename: string;
  offset: number;
  etag?: string;
}

/** What `fetchMedia` may give instead of a `Response`. */
export interface MediaAnswer {
  /** Its bytes, in one piece or as they come. */
  bytes?: Uint8Array | ArrayBuffer | Blob;
  stream?: ReadableStream<Uint8Array>;
  /** 206 says that the bytes begin at `offset`; otherwise (200) the file is given anew, from its start. */
  status?: number;
  /** Of the whole file. */
  size?: number;
  /** Of the whole file, in hexadecimal digits. */
  sha256?: string;
  mimeType?: string;
  /** What the file was called by whoever sent it. */
  originalFilename?: string;
  /** The message that it belongs to. */
  messageId?: string;
  etag?: string;
}

/** A change signal: "chat `requestId` is at `revision`". Without a chat: something may have changed. */
export interface ChangeSignal {
  requestId?: string;
  revision?: string;
}

/**
 * How an app's chat server is reached. Answers have the shape that web-demo/server/README.md describes.
 *
 * A call that fails throws; an error with a numeric `status` (and, if the server sent one, a `retryAfter`)
 * is classified by it, any other counts as "no network". `subscribe` is optional: it settles when the
 * stream of signals has ended, and calls `onSignal({})` once when it is established. Without `sendMessage`,
 * `markRead` and `fetchMedia` what an app sends, reads and looks at is refused with status 405.
 */
export interface Transport {
  fetchChats(params: FetchChatsParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  fetchMessages(params: FetchMessagesParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  subscribe?(onSignal: (signal: ChangeSignal) => void, options: { signal: AbortSignal }): Promise<void>;
  sendMessage?(params: SendMessageParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  markRead?(params: MarkReadParams, options: { signal: AbortSignal }): Promise<TransportAnswer | void>;
  fetchMedia?(params: FetchMediaParams, options: { signal: AbortSignal }): Promise<Response | MediaAnswer>;
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
  /** What the core is told besides, as the call's method has it. */
  facts?: Record<string, unknown>;
}
