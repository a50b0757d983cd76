/** The chat server inside the page, with files: given as streams, whole or from an offset on. */
import type { FetchMediaParams, MediaAnswer } from 'chatlarder';
import { FakeServer, uuid } from './fake-server.js';

/** A file that the server has, and what goes wrong with it. */
export interface ServedFile {
  bytes: Uint8Array<ArrayBuffer>;
  mimeType: string;
  /** What the server says beside the bytes; by default their size and SHA-256. */
  said: Partial<MediaAnswer>;
  /** The stream breaks after so many bytes; so often. */
  cutAfter?: number;
  cuts?: number;
  /** After so many bytes nothing comes until `release()`. */
  stallAfter?: number;
  /** Other bytes than it has; so often. */
  spoilt?: number;
  /** Ignores the offset and gives the whole file anew. */
  whole?: boolean;
}

export class MediaServer extends FakeServer {
  readonly files = new Map<string, ServedFile>();
  /** How many downloads were under way at once, at most. */
  mostDownloads = 0;
  #downloads = 0;
  /** Ids in the order in which downloads began. */
  readonly begun: string[] = [];
  #stalled: (() => void)[] = [];
  #held = false;

  /** Adds a file to a chat; what the server says of it may be given. */
  async put(
    chat: number,
    filename: string,
    bytes: Uint8Array<ArrayBuffer>,
    fields: Partial<ServedFile> = {},
  ): Promise<ServedFile> {
    const { mimeType = 'image/png', said, ...rest } = fields;
    const file = {
      bytes,
      mimeType,
      said: { size: bytes.byteLength, sha256: await sha256(bytes), ...said },
      ...rest,
    };
    this.files.set(`${uuid(1, chat)}:${filename}`, file);
    return file;
  }

  /** From now on downloads give nothing until `release()`. */
  holdMedia(): void {
    this.#held = true;
  }

  override release(): void {
    super.release();
    this.#held = false;
    for (const go of this.#stalled.splice(0)) go();
  }

  /** What was asked of files: their names with the offset. */
  downloads(): string[] {
    return this.askedFor('fetchMedia').map(({ filename, offset }) => `${String(filename)} ${String(offset)}`);
  }

  async fetchMedia(params: FetchMediaParams, { signal }: { signal: AbortSignal }): Promise<MediaAnswer> {
    const { requestId, filename, offset } = params;
    this.asked.push({ method: 'fetchMedia', params: { ...params } });
    this.begun.push(filename);
    if (this.down) throw new Error('no network');
    this.refuse?.('fetchMedia', { ...params });
    const file = this.files.get(`${requestId}:${filename}`);
    if (!file) throw Object.assign(new Error('no such file'), { status: 404 });
    this.mostDownloads = Math.max(this.mostDownloads, (this.#downloads += 1));
    const start = file.whole ? 0 : offset;
    const stream = this.#stream(file, start, signal);
    return { stream, mimeType: file.mimeType, status: start ? 206 : 200, ...file.said };
  }

  #stream(file: ServedFile, start: number, signal: AbortSignal): ReadableStream<Uint8Array> {
    const spoilt = (file.spoilt ?? 0) > 0;
    if (spoilt) file.spoilt! -= 1;
    const bytes = file.bytes.slice();
    if (spoilt) bytes[bytes.length - 1]! ^= 1;
    const cut = (file.cuts ?? (file.cutAfter === undefined ? 0 : 1)) > 0 ? file.cutAfter! : Infinity;
    if (cut < Infinity) file.cuts = (file.cuts ?? 1) - 1;
    let at = start;
    let ended = false;
    const end = () => {
      if (!ended) this.#downloads -= 1;
      ended = true;
    };
    signal.addEventListener('abort', () => {
      this.aborted += 1;
      end();
    });
    const pull = async (into: ReadableStreamDefaultController<Uint8Array>) => {
      if (this.#held || at >= (file.stallAfter ?? Infinity)) await this.#stall(file);
      if (at >= cut) {
        end();
        return into.error(new Error('the connection broke'));
      }
      if (at >= bytes.length) {
        end();
        return into.close();
      }
      const step = Math.max(1, Math.ceil(bytes.length / 8));
      const next = Math.min(
        bytes.length,
        at + step,
        at < cut ? cut : Infinity,
        at < (file.stallAfter ?? 0) ? file.stallAfter! : Infinity,
      );
      into.enqueue(bytes.slice(at, next));
      at = next;
    };
    return new ReadableStream({ pull, cancel: end }, { highWaterMark: 0 });
  }

  #stall(file: ServedFile): Promise<void> {
    return new Promise((resolve) => {
      this.#stalled.push(() => {
        delete file.stallAfter;
        resolve();
      });
    });
  }
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** So many bytes that look random, always the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** A picture of this size. */
export async function picture(
  width: number,
  height: number,
  type = 'image/png',
): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'teal';
  context.fillRect(0, 0, width / 2, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type));
  return new Uint8Array(await blob!.arrayBuffer());
}
