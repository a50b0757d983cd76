import type { PlanCall } from './core.js';
import type { Held, HeldBytes } from './held.js';
import { hexOf, openAnswer, type MediaHead } from './media-answer.js';
import { failureOf, orAborted } from './outcome.js';
import type { CallOutcome, Transport } from './transport.js';

/** Of a call `fetchMedia`. */
export interface DownloadParams {
  requestId: string;
  filename: string;
  /** 32 hexadecimal digits, which with a prefix are the blob's key. */
  key: string;
  /** From this size on bytes go to a file; 0: never. */
  filesFrom: number;
  offset: number;
  itemBytes: number;
}

/** What downloads need of the worker that they run in. */
export interface DownloadSurroundings {
  held: Held;
  /** How bytes are stored in the database: a Blob if that goes. */
  storesBlobs(): Promise<boolean>;
  writeFile(requestId: string, key: string, parts: Bytes[]): Promise<void>;
  onProgress(requestId: string, filename: string, percent: number): void;
}

/** What one call has of the loop around it. */
export interface CallControl {
  signal: AbortSignal;
  /** Bytes have come: the time limit begins anew. */
  beat: () => void;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** What has come of a file. */
class Received {
  readonly head: MediaHead;
  readonly parts: Bytes[] = [];
  size = 0;

  constructor(head: MediaHead) {
    this.head = head;
  }

  add(part: Bytes): void {
    this.parts.push(part);
    this.size += part.byteLength;
  }

  /** Whether an answer goes on where this ends, with the same file. */
  isContinuedBy({ start, size, sha256, etag }: MediaHead): boolean {
    const { head } = this;
    const same = <T>(a: T | undefined, b: T | undefined) => a === undefined || b === undefined || a === b;
    return start === this.size && same(size, head.size) && same(sha256, head.sha256) && same(etag, head.etag);
  }
}

/** One try. */
interface Download {
  id: string;
  wanted: DownloadParams;
  fetchMedia: NonNullable<Transport['fetchMedia']>;
  control: CallControl;
}

/** Files of which something is kept although their download has failed. */
const RECEIVED_MAX = 8;

/**
 * Downloads: their bytes as they stream in, how far they are, and what a failed one has left, which the next
 * one of the same file goes on from. What has come is hashed and put where it belongs; whether it is what the
 * server has, and whether it is kept, the core decides.
 */
export class Downloads {
  readonly #around: DownloadSurroundings;
  readonly #received = new Map<string, Received>();

  constructor(around: DownloadSurroundings) {
    this.#around = around;
  }

  async fetch(
    { params }: PlanCall,
    transport: Promise<Transport>,
    control: CallControl,
  ): Promise<CallOutcome> {
    const wanted = params as unknown as DownloadParams;
    const id = idOf(wanted);
    try {
      const { fetchMedia } = await orAborted(control.signal, bound(transport));
      if (!fetchMedia) return { status: 405, reason: 'the transport has no fetchMedia' };
      return await this.#try({ id, wanted, fetchMedia, control });
    } catch (error) {
      return this.#failed(id, error, control.signal);
    }
  }

  forget(file?: Pick<DownloadParams, 'requestId' | 'filename'>): void {
    if (file) this.#received.delete(idOf(file));
    else this.#received.clear();
  }

  /** What has come before of the file, if it is to be gone on with. */
  #receivedBefore(id: string, { offset }: DownloadParams): Received | undefined {
    const received = this.#received.get(id);
    return offset && received?.head.canResume ? received : undefined;
  }

  #begin(id: string, head: MediaHead): Received {
    const received = new Received(head);
    this.#received.delete(id);
    const [oldest] = this.#received.keys();
    if (this.#received.size >= RECEIVED_MAX) this.#received.delete(oldest!);
    this.#received.set(id, received);
    return received;
  }

  async #try(download: Download): Promise<CallOutcome> {
    const { id, wanted, fetchMedia, control } = download;
    const { requestId, filename } = wanted;
    const { signal } = control;
    const before = this.#receivedBefore(id, wanted);
    const offset = before?.size ?? 0;
    const etag = before?.head.etag;
    const asked = { requestId, filename, offset, ...(etag === undefined ? {} : { etag }) };
    const answer = await orAborted(signal, fetchMedia(asked, { signal }));
    const opened = await orAborted(signal, openAnswer(answer, offset));
    control.beat();
    if ('refusal' in opened) return this.#refused(opened.refusal, before, download);
    const { head, stream } = opened;
    if (head.start !== 0 && !before?.isContinuedBy(head)) {
      void stream.cancel().catch(() => {});
      this.#received.delete(id);
      return { failure: 'network', reason: 'the file has changed meanwhile', facts: { received: 0 } };
    }
    const received = head.start === 0 ? this.#begin(id, head) : before!;
    await this.#read(stream, received, wanted, control);
    this.#received.delete(id);
    return this.#complete(received, wanted, signal);
  }

  /** Where there is nothing at the offset, the file is another by now. */
  #refused(
    refusal: CallOutcome,
    before: Received | undefined,
    download: Download,
  ): CallOutcome | Promise<CallOutcome> {
    if (refusal.status !== 416 || !before) return { ...refusal, facts: { received: before?.size ?? 0 } };
    this.#received.delete(download.id);
    return this.#try(download);
  }

  async #read(
    stream: ReadableStream<Uint8Array>,
    received: Received,
    { requestId, filename }: DownloadParams,
    { signal, beat }: CallControl,
  ): Promise<void> {
    const reader = stream.getReader();
    let told = -1;
    const tell = () => {
      const { size } = received.head;
      const percent = size ? Math.min(100, Math.floor((received.size * 100) / size)) : 0;
      if (percent > told) this.#around.onProgress(requestId, filename, (told = percent));
    };
    try {
      for (tell(); ; tell()) {
        const { done, value } = await orAborted(signal, reader.read());
        if (done) return;
        received.add(value as Bytes);
        beat();
      }
    } catch (error) {
      void reader.cancel().catch(() => {});
      throw error;
    }
  }

  #failed(id: string, error: unknown, signal: AbortSignal): CallOutcome {
    const received = this.#received.get(id);
    if (received && !received.head.canResume) this.#received.delete(id);
    return { ...failureOf(error, signal), facts: { received: this.#received.get(id)?.size ?? 0 } };
  }

  async #complete(
    { head, parts, size }: Received,
    wanted: DownloadParams,
    signal: AbortSignal,
  ): Promise<CallOutcome> {
    const { mimeType, originalFilename, messageId } = head;
    const blob = new Blob(parts, { type: mimeType ?? '' });
    const sha256 = await sha256Of(blob);
    signal.throwIfAborted();
    const bytes = await this.#place(blob, parts, wanted);
    const facts = {
      held: this.#around.held.add(bytes),
      size,
      ...(sha256 === null ? {} : { sha256 }),
      place: bytes.file === undefined ? 'database' : 'files',
      expectedSize: head.isSizeOfTransfer && head.size! < size ? undefined : head.size,
      expectedSha256: head.sha256?.toLowerCase(),
      mimeType,
      originalFilename,
      messageId,
    };
    return { status: 200, facts };
  }

  /** Large ones go to a file, if that can be written. */
  async #place(blob: Blob, parts: Bytes[], wanted: DownloadParams): Promise<HeldBytes> {
    const { requestId, filesFrom, itemBytes } = wanted;
    const key = `f-${wanted.key}`;
    if (filesFrom && blob.size >= filesFrom && blob.size <= itemBytes) {
      try {
        await this.#around.writeFile(requestId, key, parts);
        return { blob, data: blob, file: key };
      } catch {
        // No room, or no leave: it goes where everything else does, and there the core hears of a full disk.
      }
    }
    const data = (await this.#around.storesBlobs()) ? blob : await blob.arrayBuffer();
    return { blob, data, key: `b-${wanted.key}` };
  }
}

async function bound(transport: Promise<Transport>): Promise<Pick<Transport, 'fetchMedia'>> {
  const there = await transport;
  if (!there.fetchMedia) return {};
  return { fetchMedia: (params, options) => there.fetchMedia!(params, options) };
}

function idOf({ requestId, filename }: Pick<DownloadParams, 'requestId' | 'filename'>): string {
  return `${requestId}:${filename}`;
}

/** Null where there is no `crypto.subtle`: pages that don't come over HTTPS. */
async function sha256Of(blob: Blob): Promise<string | null> {
  if (!crypto.subtle) return null;
  const hash = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(hash)].map(hexOf).join('');
}
