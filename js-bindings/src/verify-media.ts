import { filePlace } from './blobs/opfs.js';
import { placeOf } from './blobs/place.js';
import type { CachedMediaMeta, CacheStats, ChatSyncState } from './gen/schema.js';
import { hexOf } from './media-answer.js';
import { storedBytes } from './stats.js';
import { abortOf, readValues } from './values.js';
import type { VerifyCode, VerifyProblem, VerifyReport } from './verify.js';

/** Rows as they were at one moment. */
interface Snapshot {
  media: CachedMediaMeta[];
  chats: ChatSyncState[];
  stats: CacheStats | undefined;
  blobs: Set<string>;
  operations: number;
}

type Details = Omit<VerifyProblem, 'code'>;

/** Compares files with their bytes, hashes, and what is counted of them; `check` may throw at any time. */
export async function verifyMedia(db: IDBDatabase, report: VerifyReport, check: () => void): Promise<void> {
  const files = await filePlace(db.name)
    .list()
    .catch(() => []);
  const snapshot = await readSnapshot(db);
  const { media, blobs } = snapshot;
  const problem = (code: VerifyCode, details: Details) => report.problems.push({ code, ...details });
  report.media = media.length;
  report.blobs = blobs.size + files.length;
  const known = new Set(
    media.flatMap(({ localBlobKey, thumbnailBlobKey }) => [localBlobKey, thumbnailBlobKey]),
  );
  for (const key of blobs) if (!known.has(key)) problem('blob_without_media', { key });
  const coming = new Set(media.filter(isComing).map(({ requestId }) => requestId));
  for (const { requestId, key } of files)
    if (!known.has(key) && !coming.has(requestId)) problem('file_without_media', { requestId, key });
  for (const meta of media) {
    check();
    await verifyEntry(db, meta, problem);
  }
  verifyCounts(snapshot, problem);
}

/** Its file may have been written before its row is. */
function isComing({ downloadStatus }: CachedMediaMeta): boolean {
  return downloadStatus === 'downloading';
}

async function verifyEntry(
  db: IDBDatabase,
  meta: CachedMediaMeta,
  problem: (code: VerifyCode, details: Details) => void,
): Promise<void> {
  const { id, requestId, localBlobKey, thumbnailBlobKey } = meta;
  const read = (key: string) =>
    placeOf(db, key)
      .read({ requestId, key }, '')
      .catch(() => null);
  if (thumbnailBlobKey && !(await read(thumbnailBlobKey)))
    problem('thumbnail_without_blob', { requestId, id, key: thumbnailBlobKey });
  if (!localBlobKey) return;
  const bytes = await (await read(localBlobKey))?.arrayBuffer().catch(() => null);
  if (!bytes) return problem('media_without_blob', { requestId, id, key: localBlobKey });
  const { byteLength } = bytes;
  if (byteLength !== meta.fileSize)
    return problem('media_size', { requestId, id, expected: meta.fileSize, found: byteLength });
  if (meta.sha256Hash && crypto.subtle && (await sha256Of(bytes)) !== meta.sha256Hash)
    problem('media_hash', { requestId, id });
}

async function sha256Of(bytes: ArrayBuffer): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map(hexOf).join('');
}

function readSnapshot(db: IDBDatabase): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const names = ['media_meta', 'chat_meta', 'cache_stats', 'media_blobs', 'offline_queue'];
    const transaction = db.transaction(names, 'readonly');
    const store = (name: string) => transaction.objectStore(name);
    let media: CachedMediaMeta[] = [];
    let chats: ChatSyncState[] = [];
    const all = <T>(name: string, take: (values: T[]) => void) =>
      readValues<T>(store(name), null, undefined, ({ values }) => take(values));
    all<CachedMediaMeta>('media_meta', (values) => (media = values));
    all<ChatSyncState>('chat_meta', (values) => (chats = values));
    const requests = {
      stats: store('cache_stats').get('stats') as IDBRequest<CacheStats | undefined>,
      blobs: store('media_blobs').getAllKeys() as IDBRequest<string[]>,
      queue: store('offline_queue').count(),
    };
    transaction.onabort = () => reject(abortOf(transaction));
    transaction.oncomplete = () =>
      resolve({
        media,
        chats,
        stats: requests.stats.result,
        blobs: new Set(requests.blobs.result.filter((key) => key.startsWith('b-'))),
        operations: requests.queue.result,
      });
  });
}

/** What the core has counted is what a recount gives. */
function verifyCounts(
  { media, chats, stats, operations }: Snapshot,
  problem: (code: VerifyCode, details: Details) => void,
): void {
  const sum = <T>(of: T[], sizeOf: (each: T) => number) =>
    of.reduce((total, each) => total + sizeOf(each), 0);
  for (const { requestId, mediaSize: expected = 0 } of chats) {
    const found = sum(
      media.filter((meta) => meta.requestId === requestId),
      storedBytes,
    );
    if (expected !== found) problem('chat_media_size', { requestId, expected, found });
  }
  if (!stats) return;
  const mediaSize = sum(media, storedBytes);
  const messagesSize = sum(chats, ({ messageBytes = 0 }) => messageBytes);
  const counted: [keyof CacheStats, number][] = [
    ['totalSize', messagesSize + mediaSize],
    ['messagesSize', messagesSize],
    ['mediaSize', mediaSize],
    ['mediaCount', media.filter(({ localBlobKey }) => localBlobKey).length],
    ['messageCount', sum(chats, ({ messageCount = 0 }) => messageCount)],
    ['chatCount', chats.length],
    ['pendingOperations', operations],
  ];
  for (const [path, found] of counted)
    if (stats[path] !== found) problem('wrong_stats', { path, expected: Number(stats[path]), found });
}
