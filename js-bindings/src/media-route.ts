import { readEntry, type FoundEntry } from './blobs/indexeddb.js';
import { placeOf } from './blobs/place.js';
import { openExisting } from './db.js';
import { DOWNLOADED_TYPE, shownTypeOf } from './inline-types.js';
import { MEDIA_PREFIX } from './options.js';
import { channelName } from './port.js';

/** What a service worker is asked. */
interface FetchEvent extends Event {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** The file that an address names. */
interface Target {
  databaseName: string;
  requestId: string;
  filename: string;
}

/** What nobody is to make more of than bytes. */
const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'no-store',
};

/**
 * Gives out files that are on this device under the addresses that `larder.media.streamUrl` makes, whole or
 * in ranges (RFC 9110), so that films and sounds can be scrolled through without a network. Call it while the
 * service worker's script runs.
 *
 * What isn't on the device is a 404: ask for it with `larder.media.get` or `prefetch` first. Only pictures
 * (no SVG), sounds and films of well-known types have their type; anything else is a download.
 *
 * `prefix` is that of the larder's option `media.prefix`; default `/chatlarder/`.
 *
 * ```ts
 * serveMedia();
 * // in the page: video.src = larder.media.streamUrl(requestId, filename);
 * ```
 */
export function serveMedia({ prefix = MEDIA_PREFIX }: { prefix?: string } = {}): void {
  const { origin, pathname } = new URL(prefix, location.href);
  addEventListener('fetch', (event) => {
    const fetched = event as FetchEvent;
    const { request } = fetched;
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== origin || !url.pathname.startsWith(pathname)) return;
    const target = targetOf(url.pathname.slice(pathname.length));
    fetched.respondWith(target ? answer(target, request.headers) : Promise.resolve(notFound()));
  });
}

function targetOf(path: string): Target | null {
  try {
    const [databaseName, requestId, filename, ...rest] = path.split('/').map(decodeURIComponent);
    return databaseName && requestId && filename && !rest.length
      ? { databaseName, requestId, filename }
      : null;
  } catch {
    return null;
  }
}

async function answer(target: Target, headers: Headers): Promise<Response> {
  const found = await find(target).catch(() => null);
  if (!found?.meta || !found.blob) return notFound();
  const range = headers.get('range');
  if (range === null || /^bytes=0-/.test(range)) tellUse(target);
  return partOf(found.blob, headersOf(found.meta, target.filename), headers);
}

function notFound(): Response {
  return new Response('Not on this device.', { status: 404, headers: SAFE_HEADERS });
}

/** Nothing is made of a database that isn't there. */
async function find({ databaseName, requestId, filename }: Target): Promise<FoundEntry | null> {
  const db = await openExisting(databaseName, {});
  try {
    const found = await readEntry(db, `${requestId}:${filename}`, 'localBlobKey');
    const { meta } = found;
    if (found.blob || !meta?.localBlobKey) return found;
    const key = meta.localBlobKey;
    return { meta, blob: await placeOf(db, key).read({ requestId, key }, meta.mimeType) };
  } finally {
    db.close();
  }
}

/** Whoever leads notes that it was used. */
function tellUse({ databaseName, requestId, filename }: Target): void {
  const channel = new BroadcastChannel(`${channelName(databaseName)}:commands`);
  const header = { type: 'mediaTouch', ids: [`${requestId}:${filename}`], hits: 1 };
  channel.postMessage({ kind: 'hint', header });
  channel.close();
}

function headersOf(meta: NonNullable<FoundEntry['meta']>, filename: string): Record<string, string> {
  const shown = shownTypeOf(meta.mimeType);
  const name = encodeURIComponent(meta.originalFilename ?? filename).replace(/['()*]/g, percentOf);
  const etag = meta.sha256Hash ? { etag: `"${meta.sha256Hash}"` } : null;
  return {
    ...SAFE_HEADERS,
    ...etag,
    'accept-ranges': 'bytes',
    'content-type': shown ?? DOWNLOADED_TYPE,
    'content-disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
  };
}

function percentOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The whole, the range that was asked for, or, where there is none such, its size. */
function partOf(blob: Blob, headers: Record<string, string>, asked: Headers): Response {
  const { size } = blob;
  const condition = asked.get('if-range');
  const range =
    condition === null || condition === headers['etag'] ? rangeOf(asked.get('range'), size) : 'all';
  if (range === 'none') {
    const of = { ...headers, 'content-range': `bytes */${size}` };
    return new Response(null, { status: 416, headers: of });
  }
  if (range === 'all') {
    return new Response(blob, { headers: { ...headers, 'content-length': String(size) } });
  }
  const { first, last } = range;
  const part = blob.slice(first, last + 1, headers['content-type']);
  const of = {
    ...headers,
    'content-length': String(part.size),
    'content-range': `bytes ${first}-${last}/${size}`,
  };
  return new Response(part, { status: 206, headers: of });
}

/** One range; what is no range, or several, is answered with the whole, which is allowed. */
function rangeOf(header: string | null, size: number): { first: number; last: number } | 'all' | 'none' {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (!from && !to)) return 'all';
  const first = from ? Number(from) : Math.max(0, size - Number(to));
  const last = from && to ? Math.min(Number(to), size - 1) : size - 1;
  if (from && to && Number(to) < Number(from)) return 'all';
  return first <= last ? { first, last } : 'none';
}
