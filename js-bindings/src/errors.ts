import {
  argument,
  closed,
  environment,
  network,
  newer_version,
  open_blocked,
  open_timeout,
} from './gen/error-texts.js';
import type { ErrorCode } from './gen/schema.js';

/** False in the worker: there an error is its code and its reason, and the page has the texts. */
declare const WITH_TEXTS: boolean;

type Texts = { [code in ErrorCode]?: string };

/** What can go wrong before there is a worker; the other texts come with it. */
const START_TEXTS = {
  argument,
  closed,
  environment,
  network,
  newer_version,
  open_blocked,
  open_timeout,
};
let texts: Texts = WITH_TEXTS ? START_TEXTS : {};

export function addTexts(more: Texts): void {
  texts = { ...texts, ...more };
}

/** What an error means and what to do next. */
export function textOf(code: ErrorCode): string {
  return texts[code] ?? code;
}

/** What an error says besides its code: where it was, which chat, the server's or browser's own words. */
export interface ErrorDetails {
  /** The argument, field or call. */
  path?: string | undefined;
  /** The chat, a UUID. */
  requestId?: string | undefined;
  /** The server's or the browser's own words. */
  reason?: string | undefined;
  /** The error beneath. */
  cause?: unknown;
}

/**
 * Every error of the package. `code` is stable (docs/troubleshooting.md lists them all); the message says
 * what to do next; `path` names the argument or field.
 */
export class LarderError extends Error {
  /** Of its class. Written out: the names of classes don't survive minifying. */
  override readonly name: string = 'LarderError';
  /** What went wrong. */
  readonly code: ErrorCode;
  /** The argument, field or call that it is about. */
  readonly path: string | undefined;
  /** The chat that it is about. */
  readonly requestId: string | undefined;
  /** The server's or the browser's own words. */
  readonly reason: string | undefined;

  /** @internal */
  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const where = details.path ? ` (${details.path})` : '';
    const why = details.reason ? ` [${details.reason}]` : '';
    super(`${textOf(code)}${where}${why}`, { cause: details.cause });
    this.code = code;
    this.path = details.path;
    this.requestId = details.requestId;
    this.reason = details.reason;
  }
}

/** An argument of a call has the wrong shape; nothing was done. */
export class ArgumentError extends LarderError {
  /** Of its class. */
  override readonly name = 'ArgumentError';

  /** @internal */
  constructor(path: string, reason?: string) {
    super('argument', { path, reason });
  }
}

/** The database could not be opened or written. */
export class StorageError extends LarderError {
  /** Of its class. */
  override readonly name = 'StorageError';
}

/** What was written could not be stored, and is not kept anywhere: the app still has it. */
export class DurabilityError extends LarderError {
  /** Of its class. */
  override readonly name = 'DurabilityError';

  /** @internal The cause says what went wrong with the storage. */
  constructor(cause: LarderError) {
    super('not_durable', { reason: cause.reason ?? cause.code, cause });
  }
}

/** The server could not be reached, or refused. */
export class TransportError extends LarderError {
  /** Of its class. */
  override readonly name = 'TransportError';
}

const STORAGE_CODES = new Set<string>([
  'storage',
  'set_aside',
  'newer_version',
  'open_blocked',
  'open_timeout',
  'data_lost',
  'storage_stalled',
  'unreadable',
]);
const TRANSPORT_CODES = new Set<string>([
  'offline',
  'network',
  'timeout',
  'rate_limited',
  'server',
  'rejected',
  'auth',
  'body_syntax',
]);

/** The error of the class that fits the code. */
export function errorOf(code: ErrorCode, details: ErrorDetails = {}): LarderError {
  if (code === 'argument') return new ArgumentError(details.path ?? code, details.reason);
  if (STORAGE_CODES.has(code)) return new StorageError(code, details);
  if (TRANSPORT_CODES.has(code)) return new TransportError(code, details);
  return new LarderError(code, details);
}

/** The reason why a promise was given up, as the platform has it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
