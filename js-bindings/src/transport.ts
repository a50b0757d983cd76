/** What a transport's call may give: an object, JSON text, bytes, or a fetch Response. */
export type TransportAnswer = object | string | Uint8Array | ArrayBuffer | Response;

/** `fetchChats`: the chats that changed since the cursor; without one all of them, newest activity first. */
export interface FetchChatsParams {
  /** Of the last answer; without one the list begins anew. */
  cursor?: string;
  /** At most so many chats. */
  limit: number;
}

/**
 * `fetchMessages`: the newest `limit` messages with `afterSequence` < sequence number < `beforeSequence`,
 * both optional, ascending; and, with `sinceRevision`, what was edited or deleted since then.
 */
export interface FetchMessagesParams {
  /** The chat, a UUID. */
  requestId: string;
  /** Only messages above it. */
  afterSequence?: number;
  /** Only messages below it. */
  beforeSequence?: number;
  /** At most so many messages, the newest ones. */
  limit: number;
  /** The chat's `revision` as of an earlier answer. */
  sinceRevision?: string;
}

/**
 * `sendMessage`: a message with its idempotency key. The answer is the message as the server has it; for a
 * key that it knows already, the one that it stored then. Whatever else the app handed in comes along.
 */
export interface SendMessageParams {
  /** The chat, a UUID. */
  requestId: string;
  /** The idempotency key, a UUID. */
  clientTempId: string;
  /** 1 to 10,000 Unicode code points. */
  content: string;
  /** Whether it carries a screenshot. */
  isScreenshot?: boolean;
  /** The screenshot's name on the server. */
  screenshotFileName?: string | null;
  [member: string]: unknown;
}

/**
 * `markRead`: the user has read everything up to a sequence number. The answer may say what is unread now.
 */
export interface MarkReadParams {
  /** The chat, a UUID. */
  requestId: string;
  /** The highest number that the user has read. */
  upToSequence: number;
  /** For servers that keep read marks by message. */
  messageIds: string[];
}

/**
 * `fetchMedia`: the bytes of a file from `offset` on; what lies before is there from an earlier try. `etag`
 * is what that try was told of the file, if anything.
 */
export interface FetchMediaParams {
  /** The chat, a UUID. */
  requestId: string;
  /** As a message names it. */
  filename: string;
  /** In bytes; 0: from its start. */
  offset: number;
  /** The file's version, as an earlier try was told. */
  etag?: string;
}

/** What `fetchMedia` may give instead of a `Response`. */
export interface MediaAnswer {
  /** Its bytes in one piece. */
  bytes?: Uint8Array | ArrayBuffer | Blob;
  /** Or as they come. */
  stream?: ReadableStream<Uint8Array>;
  /** 206 says that the bytes begin at `offset`; otherwise (200) the file is given anew, from its start. */
  status?: number;
  /** Of the whole file, in bytes. */
  size?: number;
  /** Of the whole file, in hexadecimal digits. */
  sha256?: string;
  /** As the server says. */
  mimeType?: string;
  /** What the file was called by whoever sent it. */
  originalFilename?: string;
  /** The message that it belongs to. */
  messageId?: string;
  /** Its version, which a later try is told. */
  etag?: string;
}

/** A change signal: "chat `requestId` is at `revision`". Without a chat: something may have changed. */
export interface ChangeSignal {
  /** The chat, a UUID. */
  requestId?: string;
  /** The chat's `revision` now. */
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
  /** Answers `{ chats, cursor, hasMore }`. */
  fetchChats(params: FetchChatsParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  /**
   * Answers `{ messages, covers, tombstones, lastSequence, revision, totalMessageCount, unreadCount,
   * lastReadSequence }`, or with `resetRequired` that `sinceRevision` can't be answered.
   */
  fetchMessages(params: FetchMessagesParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  /** Calls back with changes until the stream ends. */
  subscribe?(onSignal: (signal: ChangeSignal) => void, options: { signal: AbortSignal }): Promise<void>;
  /** Answers the message as it is stored. */
  sendMessage?(params: SendMessageParams, options: { signal: AbortSignal }): Promise<TransportAnswer>;
  /** Answers `{ unreadCount }`, or nothing. */
  markRead?(params: MarkReadParams, options: { signal: AbortSignal }): Promise<TransportAnswer | void>;
  /** Answers the file's bytes, from its start or from `offset` on. */
  fetchMedia?(params: FetchMediaParams, options: { signal: AbortSignal }): Promise<Response | MediaAnswer>;
}

/** Plain data that says how to reach the server; it can be sent to the worker. */
export type TransportConfig = HttpTransportConfig | ModuleTransportConfig;

/** What `httpTransport` makes. */
export interface HttpTransportConfig {
  /** Tells it from the others. */
  kind: 'http';
  /** As it was given. */
  baseUrl: string;
  /** Whether a stream of change signals is opened. */
  events: boolean;
}

/** What `moduleTransport` makes. */
export interface ModuleTransportConfig {
  /** Tells it from the others. */
  kind: 'module';
  /** The address of the module. */
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
