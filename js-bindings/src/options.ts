import { ArgumentError } from './errors.js';
import * as LIMITS from './gen/limits.js';
import { DATABASE, type Layout } from './gen/schema.js';
import { OPEN_TIMEOUT_MS } from './db.js';
import type { Transport, TransportConfig } from './transport.js';

/** Gives the bearer token for the server, or null where none is needed. Asked again after a 401. */
export type Credentials = () => string | null | Promise<string | null>;

/** How a larder is opened. */
export interface LarderOptions {
  /** Whose cache it is: every user has a database of their own. 1 to 256 characters. */
  userId: string;
  /** First part of the database's name; default `support-center`. */
  namespace?: string;
  /** `httpTransport(…)`, `moduleTransport(…)`, or an object of the page with the transport's calls. */
  transport: TransportConfig | Transport;
  /** For `httpTransport`: where its bearer token comes from. */
  credentials?: Credentials;
  /** How long the database may take to open, in milliseconds; default 10,000. */
  openTimeoutMs?: number;
  /**
   * How settled history is stored: in `blocks` of many messages (default), several times faster, or in
   * `rows`, a row per message as in spec/1, for apps that read the `messages` store themselves. It can be
   * changed between two openings.
   */
  layout?: Layout;
  /**
   * How much is kept of messages and media together, in bytes, default 500 MiB; and how large a file may be
   * that is kept, default a quarter of that.
   */
  limits?: Partial<CacheLimits>;
  /** Where files lie, and what is made of them. */
  media?: Partial<MediaSettings>;
}

/** How much is kept. */
export interface CacheLimits {
  /** Of messages and media together, in bytes. */
  bytes: number;
  /** The largest file that is kept, in bytes; larger ones are handed out and forgotten. */
  itemBytes: number;
}

/** Where files lie, and what is made of them. */
export interface MediaSettings {
  /** The longer side of the thumbnails that are made of pictures, in pixels, default 320; false: none are. */
  thumbnails: number | false;
  /**
   * From so many bytes on files lie in the origin private file system, where there is one; default 4 MiB,
   * false: never.
   */
  filesFrom: number | false;
  /** Where `serveMedia` of `chatlarder/service-worker` serves files; default `/chatlarder/`. */
  prefix: string;
}

/** What is not given, the core decides. */
export interface CheckedOptions extends Required<Omit<LarderOptions, 'credentials' | 'media' | 'limits'>> {
  credentials: Credentials | undefined;
  limits: Partial<CacheLimits>;
  media: MediaSettings;
}

/** From which size on files are read and written faster than rows: see the bench `media`. */
const FILES_FROM_BYTES = 4 * 1024 * 1024;
export const MEDIA_PREFIX = '/chatlarder/';

const NAME_CHARACTERS_MAX = 256;

/** Fills in the defaults; throws an `ArgumentError` that names what is wrong. */
export function checkOptions(options: LarderOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError('options', 'an object is needed');
  const { userId, transport, credentials } = options;
  const namespace = options.namespace ?? DATABASE.defaultNamespace;
  const openTimeoutMs = checkCount('openTimeoutMs', options.openTimeoutMs, OPEN_TIMEOUT_MS);
  checkName('userId', userId);
  checkName('namespace', namespace);
  checkTransport(transport);
  if (credentials !== undefined && typeof credentials !== 'function') {
    throw new ArgumentError('credentials', 'a function is needed');
  }
  const layout = options.layout ?? 'blocks';
  if (layout !== 'blocks' && layout !== 'rows')
    throw new ArgumentError('layout', "'blocks' or 'rows' is needed");
  const { limits = {} } = options;
  const media = {
    thumbnails: LIMITS.thumbnailSide,
    filesFrom: FILES_FROM_BYTES,
    prefix: MEDIA_PREFIX,
    ...options.media,
  };
  checkLimits(limits);
  checkCount('media.filesFrom', media.filesFrom || undefined, 1);
  checkCount('media.thumbnails', media.thumbnails || undefined, 1);
  return { userId, namespace, transport, credentials, openTimeoutMs, layout, limits, media };
}

/** Throws an `ArgumentError` that names the limit that is no positive whole number. */
export function checkLimits({ bytes, itemBytes }: Partial<CacheLimits>): void {
  checkCount('limits.bytes', bytes, 1);
  checkCount('limits.itemBytes', itemBytes, 1);
}

function checkName(path: string, name: unknown): void {
  const fits = typeof name === 'string' && name.length > 0 && name.length <= NAME_CHARACTERS_MAX;
  if (!fits) throw new ArgumentError(path, `a text of 1 to ${NAME_CHARACTERS_MAX} characters is needed`);
}

function checkTransport(transport: TransportConfig | Transport): void {
  if (typeof transport !== 'object' || transport === null) {
    throw new ArgumentError(
      'transport',
      'httpTransport({ baseUrl }), moduleTransport(url) or an object is needed',
    );
  }
  if ('kind' in transport) return;
  for (const call of ['fetchChats', 'fetchMessages'] as const) {
    if (typeof transport[call] !== 'function')
      throw new ArgumentError(`transport.${call}`, 'a function is needed');
  }
}

/** A positive whole number, or the default where it is undefined. */
export function checkCount(path: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ArgumentError(path, 'a positive whole number is needed');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function checkRequestId(requestId: string): string {
  if (typeof requestId === 'string' && UUID.test(requestId)) return requestId;
  throw new ArgumentError('requestId', 'a UUID is needed');
}
