import type { Larder } from './client.js';
import { errorOf } from './errors.js';
import type { CachedMediaMeta, MediaPriority } from './gen/schema.js';
import type { GetOptions, MediaCalls, MediaUrl, PrefetchItem } from './media-calls.js';

/**
 * The files of the chats: pictures, films, sounds and others, on this device as long as there is room.
 *
 * What is done with them lies in a script of its own that is loaded at the first call; all reject with
 * `network` where it can't be. Names that are no UUID of a chat or no file's name are an `ArgumentError`.
 */
export class Media {
  readonly #larder: Larder;
  #calls: Promise<MediaCalls> | null = null;

  /** Use `larder.media`. */
  constructor(larder: Larder) {
    this.#larder = larder;
  }

  /**
   * The bytes of a file. From disk, without a request, if they are there; else they are downloaded, once for
   * everybody who asks, in the order of `priority`, and kept if there is room: what was not used for longest
   * goes first. What the server gave a SHA-256 of is compared with it.
   *
   * `onProgress` is told whole percents, 0 to 100. Rejects with `aborted`, with a `TransportError`
   * (`offline`, `network`, `rejected` with the server's reason, …), `media_damaged`, or `closed`. The Blob
   * has the type that the server said; to show it, use `url`. One that lies in a file can be read as long as
   * it isn't evicted, which what was used last is not likely to be: pin what is to be shown for long.
   */
  get(requestId: string, filename: string, options: GetOptions = {}): Promise<Blob> {
    return this.calls((calls) => calls.get(requestId, filename, options));
  }

  /**
   * An object URL of a file, got as by `get`. Only pictures (no SVG), sounds and films of well-known types
   * have their type and may be shown `inline`; anything else is to be offered as a download under its
   * `filename`. To be given back with `revoke()`; closing the larder gives back all.
   */
  url(requestId: string, filename: string, options: GetOptions = {}): Promise<MediaUrl> {
    return this.calls((calls) => calls.url(requestId, filename, options));
  }

  /**
   * The address under which the app's service worker gives out a file that is on this device, in ranges, so
   * that a film can be scrolled through: see `serveMedia` of `chatlarder/service-worker`.
   */
  streamUrl(requestId: string, filename: string): string {
    const { mediaPrefix, databaseName } = this.#larder;
    return mediaPrefix + [databaseName, requestId, filename].map(encodeURIComponent).join('/');
  }

  /** A small picture of a picture, if one was made and is still there. */
  thumbnail(requestId: string, filename: string): Promise<Blob | null> {
    return this.calls((calls) => calls.thumbnail(requestId, filename));
  }

  /** What is known of a file; null when it is nothing. */
  meta(requestId: string, filename: string): Promise<CachedMediaMeta | null> {
    return this.calls((calls) => calls.meta(requestId, filename));
  }

  /** What is known of all files, or those of a chat. */
  list(requestId?: string): Promise<CachedMediaMeta[]> {
    return this.calls((calls) => calls.list(requestId));
  }

  /**
   * A file, or, without its name, all of a chat's, those to come too, is never evicted. Rejects with
   * `unknown_media` for a file that is not known: `get` or `prefetch` makes it known.
   */
  pin(requestId: string, filename?: string | null): Promise<void> {
    return this.calls((calls) => calls.pin(requestId, filename, true));
  }

  /** A file, or all of a chat's, may be evicted again. Rejects with `unknown_media`. */
  unpin(requestId: string, filename?: string | null): Promise<void> {
    return this.calls((calls) => calls.pin(requestId, filename, false));
  }

  /**
   * Lower ones go first when room is needed, and come last when downloads wait. null: all of the chat.
   * Rejects with `unknown_media`.
   */
  setPriority(requestId: string, filename: string | null, priority: MediaPriority): Promise<void> {
    return this.calls((calls) => calls.setPriority(requestId, filename, priority));
  }

  /** Has files downloaded when there is nothing else to do. Resolves when that is noted. */
  prefetch(
    requestId: string,
    files: (string | PrefetchItem)[],
    options: { priority?: MediaPriority } = {},
  ): Promise<void> {
    return this.calls((calls) => calls.prefetch(requestId, files, options.priority));
  }

  /** Deletes a file from this device, or all of a chat's, pinned or not. */
  delete(requestId: string, filename?: string | null): Promise<void> {
    return this.calls((calls) => calls.delete(requestId, filename));
  }

  /** Makes so much room, in bytes, in one chat or in all; how much it became: pinned files stay. */
  evict(bytes: number, requestId?: string): Promise<number> {
    return this.calls((calls) => calls.evict(bytes, requestId));
  }

  /** @internal */
  calls<T>(work: (calls: MediaCalls) => Promise<T>): Promise<T> {
    this.#calls ??= this.#larder.load(import('./media-calls.js')).then(
      ({ MediaCalls }) => new MediaCalls(this.#larder, errorOf),
      (error: unknown) => {
        this.#calls = null;
        throw error;
      },
    );
    return this.#calls.then(work);
  }
}
