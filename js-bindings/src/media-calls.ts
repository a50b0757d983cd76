import { readEntry, type FoundEntry } from './blobs/indexeddb.js';
import { placeOf } from './blobs/place.js';
import type { Larder, MediaDetail } from './client.js';
import type { CoreEvent, MediaResult } from './core.js';
import type { errorOf, LarderError } from './errors.js';
import type { CachedMediaMeta, MediaPriority } from './gen/schema.js';
import { DOWNLOADED_TYPE, shownTypeOf } from './inline-types.js';
import { readStats, type ChatSize, type LarderStats, type TypeSize } from './stats.js';
import { abortOf } from './values.js';

export { sendMedia } from './media-send.js';
export type { ChatSize, LarderStats, TypeSize };

/** How a file is got. */
export interface GetOptions {
  /** Aborted, it rejects with `aborted`; the download goes on if somebody else waits for it. */
  signal?: AbortSignal;
  /** Told whole percents, 0 to 100. */
  onProgress?: (percent: number) => void;
  /** Among those that wait to be downloaded; default `normal`. */
  priority?: MediaPriority;
  /** The message that the file belongs to. */
  messageId?: string;
}

/** A file that is to be fetched ahead, and what is known of it. */
export interface PrefetchItem {
  /** As the server knows it; 1 to 1,024 characters. */
  filename: string;
  /** The message that it belongs to. */
  messageId?: string;
  /** In bytes. */
  fileSize?: number;
  /** As the message says. */
  mimeType?: string;
}

/** An object URL of a file. */
export interface MediaUrl {
  /** Good until `revoke`, or until the larder is closed. */
  url: string;
  /** False: it is to be downloaded, not shown. */
  inline: boolean;
  /** A type that is safe to show; `application/octet-stream` of what is to be downloaded. */
  mimeType: string;
  /** What to call it when it is saved. */
  filename: string;
  /** Gives the URL back, and the memory behind it. */
  revoke: () => void;
}

/** A file that is to be downloaded; `missing`: the key under which nothing was found. */
interface Wanted extends Pick<GetOptions, 'priority' | 'messageId'> {
  id: string;
  requestId: string;
  filename: string;
  missing: string | null | undefined;
}

const FILENAME_CHARACTERS_MAX = 1024;
const TOUCH_BATCH_MS = 1000;
/** A file that is evicted again before it could be read is asked for again, so often. */
const TRIES_MAX = 3;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const encoder = new TextEncoder();

/** What `larder.media` does, once it is needed. */
export class MediaCalls {
  readonly #larder: Larder;
  readonly #errorOf: typeof errorOf;
  /** Used since the core was told last, in the order of their last use. */
  readonly #used = new Set<string>();
  #hits = 0;
  readonly #urls = new Set<string>();

  /** It makes errors with the page's own classes. */
  constructor(larder: Larder, makeError: typeof errorOf) {
    this.#larder = larder;
    this.#errorOf = makeError;
    const revokeAll = () => this.#urls.forEach((url) => URL.revokeObjectURL(url));
    const signal = larder.leaving;
    signal.addEventListener('abort', revokeAll, { once: true });
    globalThis.document?.addEventListener('visibilitychange', () => this.#tellUsed(), { signal });
  }

  async get(requestId: string, filename: string, options: GetOptions): Promise<Blob> {
    return (await this.#get(requestId, filename, options)).blob;
  }

  async url(requestId: string, filename: string, options: GetOptions): Promise<MediaUrl> {
    const { blob, name } = await this.#get(requestId, filename, options);
    if (this.#larder.leaving.aborted) throw this.#errorOf('closed');
    const shown = shownTypeOf(blob.type);
    const mimeType = shown ?? DOWNLOADED_TYPE;
    const url = URL.createObjectURL(blob.slice(0, blob.size, mimeType));
    this.#urls.add(url);
    const revoke = () => {
      URL.revokeObjectURL(url);
      this.#urls.delete(url);
    };
    return { url, inline: shown !== null, mimeType, filename: name ?? filename, revoke };
  }

  async thumbnail(requestId: string, filename: string): Promise<Blob | null> {
    const id = this.#idOf(requestId, filename);
    const { meta, blob } = await this.#readEntry(id, 'thumbnailBlobKey');
    const key = meta?.thumbnailBlobKey;
    if (!key) return null;
    this.#use(id);
    return blob ?? this.#readFile(requestId, key, '');
  }

  async meta(requestId: string, filename: string): Promise<CachedMediaMeta | null> {
    const id = this.#idOf(requestId, filename);
    return (await this.#readEntry(id, null)).meta ?? null;
  }

  async list(requestId?: string): Promise<CachedMediaMeta[]> {
    if (requestId !== undefined) this.#checkChat(requestId);
    const query = requestId === undefined ? null : IDBKeyRange.only(requestId);
    return this.#larder.read<CachedMediaMeta[]>(
      (db, all) =>
        new Promise((resolve, reject) => {
          const transaction = db.transaction('media_meta', 'readonly');
          all(transaction.objectStore('media_meta').index('by_request'), query, resolve);
          transaction.onabort = () => reject(abortOf(transaction));
        }),
      [],
    );
  }

  async stats(): Promise<LarderStats> {
    return this.#larder.read(readStats);
  }

  pin(requestId: string, filename: string | null | undefined, pinned: boolean): Promise<void> {
    return this.#tell({ type: 'mediaPin', ...this.#named(requestId, filename), pinned });
  }

  setPriority(requestId: string, filename: string | null, priority: MediaPriority): Promise<void> {
    this.#checkPriority(priority);
    return this.#tell({ type: 'mediaPriority', ...this.#named(requestId, filename), priority });
  }

  prefetch(requestId: string, files: (string | PrefetchItem)[], priority?: MediaPriority): Promise<void> {
    this.#checkChat(requestId);
    this.#checkPriority(priority);
    if (!Array.isArray(files)) throw this.#argument('files', 'an array is needed');
    const items = files.map((file) => (typeof file === 'object' && file ? file : { filename: file }));
    for (const { filename } of items) this.#idOf(requestId, filename);
    const header = { type: 'mediaPrefetch', requestId, ...(priority ? { priority } : {}) };
    return this.#tell(header, encoder.encode(JSON.stringify(items)));
  }

  delete(requestId: string, filename: string | null | undefined): Promise<void> {
    return this.#tell({ type: 'mediaDelete', ...this.#named(requestId, filename) });
  }

  async evict(bytes: number, requestId?: string): Promise<number> {
    if (!(Number.isSafeInteger(bytes) && bytes > 0)) throw this.#argument('bytes', 'a positive whole number');
    const chat = requestId === undefined ? {} : this.#named(requestId, null);
    const { result } = await this.#command({ header: { type: 'mediaEvict', bytes, ...chat } });
    return (result as { bytes: number }).bytes;
  }

  async #get(
    requestId: string,
    filename: string,
    { signal, onProgress, ...wish }: GetOptions,
  ): Promise<{ blob: Blob; name: string | undefined }> {
    const id = this.#idOf(requestId, filename);
    this.#checkPriority(wish.priority);
    if (signal?.aborted) throw this.#errorOf('aborted');
    const { blob, meta } = await this.#find(id, requestId);
    const missing = meta?.localBlobKey;
    const got =
      blob ?? (await this.#download({ id, requestId, filename, ...wish, missing }, signal, onProgress));
    if (blob) this.#use(id, 1);
    onProgress?.(100);
    const name =
      meta?.originalFilename ?? (blob ? undefined : (await this.meta(requestId, filename))?.originalFilename);
    return { blob: got, name };
  }

  async #find(
    id: string,
    requestId: string,
  ): Promise<{ meta: CachedMediaMeta | undefined; blob: Blob | null }> {
    const { meta, blob } = await this.#readEntry(id, 'localBlobKey');
    const key = meta?.localBlobKey;
    if (blob || !key?.startsWith('f-')) return { meta, blob };
    return { meta, blob: await this.#readFile(requestId, key, meta!.mimeType) };
  }

  #readEntry(id: string, member: Parameters<typeof readEntry>[2]): Promise<FoundEntry> {
    const empty: FoundEntry = { meta: undefined, blob: null };
    return this.#larder.read((db) => readEntry(db, id, member), empty);
  }

  /** What can't be read isn't there. */
  #readFile(requestId: string, key: string, mimeType: string): Promise<Blob | null> {
    return this.#larder.read((db) =>
      placeOf(db, key)
        .read({ requestId, key }, mimeType)
        .catch(() => null),
    );
  }

  async #download(
    { id, missing, ...wanted }: Wanted,
    signal: AbortSignal | undefined,
    onProgress: ((percent: number) => void) | undefined,
  ): Promise<Blob> {
    const stop = new AbortController();
    const listen = ({ detail }: CustomEvent<MediaDetail>) => {
      if (detail.id === id && detail.progress !== undefined) onProgress!(detail.progress);
    };
    if (onProgress) this.#larder.addEventListener('media', listen, { signal: stop.signal });
    try {
      let gone = missing;
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const header = { type: 'mediaGet', ...wanted, ...(gone ? { missing: gone } : {}), volatile: true };
        const { result, blob } = await this.#command({ header }, signal);
        if (blob) return blob;
        const { key, mimeType } = result as MediaResult;
        const found = await this.#readFile(wanted.requestId, key!, mimeType);
        if (found) return found;
        gone = key;
      }
      throw this.#errorOf('storage', { reason: 'what was stored can’t be read' });
    } finally {
      stop.abort();
    }
  }

  #use(id: string, hits = 0): void {
    if (!this.#used.size) setTimeout(() => this.#tellUsed(), TOUCH_BATCH_MS);
    this.#used.delete(id);
    this.#used.add(id);
    this.#hits += hits;
  }

  #tellUsed(): void {
    if (!this.#used.size) return;
    this.#larder.tell('mediaTouch', { ids: [...this.#used], hits: this.#hits });
    this.#used.clear();
    this.#hits = 0;
  }

  async #tell(header: CoreEvent['header'], body?: Uint8Array): Promise<void> {
    await this.#command(body ? { header, body } : { header });
  }

  /** What the core finds wrong with a name is an argument of the app's. */
  async #command(event: CoreEvent, signal?: AbortSignal) {
    try {
      return await this.#larder.command(event, signal);
    } catch (error) {
      const { code, path } = error as LarderError;
      if (!/^(field|record)_/.test(code)) throw error;
      throw this.#argument(path ?? 'filename', code);
    }
  }

  #named(requestId: string, filename: string | null | undefined): { requestId: string; filename?: string } {
    if (filename === null || filename === undefined) return this.#checkChat(requestId);
    this.#idOf(requestId, filename);
    return { requestId, filename };
  }

  #idOf(requestId: string, filename: string): string {
    this.#checkChat(requestId);
    const fits = typeof filename === 'string' && filename && filename.length <= FILENAME_CHARACTERS_MAX;
    if (!fits || /\p{Surrogate}/u.test(filename))
      throw this.#argument('filename', `a text of 1 to ${FILENAME_CHARACTERS_MAX} characters is needed`);
    return `${requestId}:${filename}`;
  }

  #checkChat(requestId: string): { requestId: string } {
    if (typeof requestId !== 'string' || !UUID.test(requestId))
      throw this.#argument('requestId', 'a UUID is needed');
    return { requestId };
  }

  #checkPriority(priority: MediaPriority | undefined): void {
    if (priority !== undefined && !['low', 'normal', 'high'].includes(priority))
      throw this.#argument('priority', "'low', 'normal' or 'high' is needed");
  }

  #argument(path: string, reason: string): LarderError {
    return this.#errorOf('argument', { path, reason });
  }
}
