import { batch, computed, effect, signal } from '@preact/signals';
import type { Larder, MediaUrl } from 'chatlarder';
import type { Attachment } from './attachments';
import { connection } from './store';
import { isCutOff, reasonOf } from './text/reasons';

export type AttachmentState = 'pending' | 'downloading' | 'completed' | 'failed';

/** What is larger isn't fetched before the user wants it. */
const fetchedUnaskedMax = 8 * 1024 * 1024;

/** Why it isn't here, and whether a connection is all that it needs. */
interface Failure {
  readonly reason: string;
  readonly isCutOff: boolean;
}

/**
 * One file in the open chat: got from disk or downloaded when it comes near, shown as long as its message is
 * in the document, given back afterwards.
 */
export class AttachmentView {
  readonly attachment: Attachment;
  readonly state = signal<AttachmentState>('pending');
  /** In percent, while it is downloaded. */
  readonly progress = signal(0);
  readonly failure = signal<Failure | null>(null);
  /** An address of the whole file, once it is here. */
  readonly file = signal<MediaUrl | null>(null);
  /** An address that a film or a sound can be played from, from any place in it. */
  readonly stream = signal<string | null>(null);
  /** An address of a small picture of it, while the picture itself isn't here. */
  readonly thumbnail = signal<string | null>(null);

  #larder: Larder;
  #stop = new AbortController();
  #isNear = signal(false);
  #stopWatching: () => void;

  constructor(larder: Larder, attachment: Attachment) {
    this.#larder = larder;
    this.attachment = attachment;
    const stops = [this.#loadWhenNear(), this.#loadWhenConnected()];
    this.#stopWatching = () => stops.forEach((stop) => stop());
  }

  /** Whether the user has to ask for it. */
  readonly isLarge = computed(() => (this.attachment.size ?? 0) > fetchedUnaskedMax);

  /** It has come near to what is in view. */
  comeNear(): void {
    this.#isNear.value = true;
  }

  /** Gets it, after a failure once more. */
  async load(): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted || this.state.value === 'downloading' || this.state.value === 'completed') return;
    const { requestId, filename, messageId } = this.attachment;
    batch(() => {
      this.state.value = 'downloading';
      this.progress.value = 0;
      this.failure.value = null;
    });
    const onProgress = (percent: number) => (this.progress.value = percent);
    try {
      const file = await this.#larder.media.url(requestId, filename, { signal, onProgress, messageId });
      await this.#show(file);
    } catch (error) {
      if (!signal.aborted) await this.#fail(error);
    }
  }

  /** Gives back what was shown. */
  close(): void {
    this.#stopWatching();
    this.#stop.abort();
    this.file.value?.revoke();
    this.#showThumbnail(null);
  }

  #loadWhenNear(): () => void {
    return effect(() => {
      const isWanted = this.#isNear.value && this.state.value === 'pending' && !this.isLarge.value;
      if (isWanted) queueMicrotask(() => void this.load());
    });
  }

  /** What failed for want of a connection is tried again when there is one again. */
  #loadWhenConnected(): () => void {
    let before = connection.peek();
    return effect(() => {
      const isBack = before === 'offline' && connection.value === 'online';
      before = connection.value;
      if (isBack && this.failure.peek()?.isCutOff) queueMicrotask(() => void this.load());
    });
  }

  async #show(file: MediaUrl): Promise<void> {
    const stream = await this.#streamOf();
    if (this.#stop.signal.aborted) return file.revoke();
    batch(() => {
      this.file.value = file;
      this.stream.value = stream;
      this.state.value = 'completed';
      this.#showThumbnail(null);
    });
  }

  /** The service worker's address for it, where there is one that can give it out. */
  async #streamOf(): Promise<string | null> {
    const { requestId, filename, kind } = this.attachment;
    if (kind === 'picture' || kind === 'file' || !navigator.serviceWorker?.controller) return null;
    const meta = await this.#larder.media.meta(requestId, filename);
    return meta?.localBlobKey ? this.#larder.media.streamUrl(requestId, filename) : null;
  }

  async #fail(error: unknown): Promise<void> {
    const { requestId, filename, kind } = this.attachment;
    const small =
      kind === 'picture' && (await this.#larder.media.thumbnail(requestId, filename).catch(() => null));
    if (this.#stop.signal.aborted) return;
    batch(() => {
      this.failure.value = { reason: reasonOf(error), isCutOff: isCutOff(error) };
      this.state.value = 'failed';
      if (small) this.#showThumbnail(URL.createObjectURL(small));
    });
  }

  #showThumbnail(url: string | null): void {
    if (this.thumbnail.value) URL.revokeObjectURL(this.thumbnail.value);
    this.thumbnail.value = url;
  }
}
