import { refusalOf } from './outcome.js';
import type { CallOutcome, MediaAnswer } from './transport.js';

/** What an answer of `fetchMedia` says of the file, beside its bytes. */
export interface MediaHead {
  /** Where its bytes begin. */
  start: number;
  /** Of the whole file. */
  size?: number;
  /** The size that was announced is that of what is on the wire, which may have been compressed. */
  isSizeOfTransfer?: boolean;
  /** In hexadecimal digits. */
  sha256?: string;
  mimeType?: string;
  originalFilename?: string;
  messageId?: string;
  etag?: string;
  /** Bytes that are fetched later may be put behind these. */
  canResume?: boolean;
}

/** An answer that is none is a failure; one of 416 says that there is nothing at the offset. */
export type OpenedAnswer = { head: MediaHead; stream: ReadableStream<Uint8Array> } | { refusal: CallOutcome };

/** Reads what an answer says before its bytes. */
export async function openAnswer(answer: Response | MediaAnswer, offset: number): Promise<OpenedAnswer> {
  if (answer instanceof Response) return openResponse(answer);
  const { bytes, stream, status = 200, ...head } = answer;
  if (status >= 300) return { refusal: { status } };
  const body = stream ?? new Blob([(bytes ?? '') as BlobPart]).stream();
  const sized = bytes && status !== 206 ? { size: sizeOf(bytes) } : {};
  return { head: { ...sized, canResume: true, ...head, start: status === 206 ? offset : 0 }, stream: body };
}

function sizeOf(bytes: Uint8Array | ArrayBuffer | Blob): number {
  return bytes instanceof Blob ? bytes.size : bytes.byteLength;
}

async function openResponse(response: Response): Promise<OpenedAnswer> {
  if (!response.ok) return { refusal: await refusalOf(response) };
  const { headers } = response;
  const range = response.status === 206 ? rangeOf(headers.get('content-range')) : { start: 0 };
  if (!range) return { refusal: { failure: 'network', reason: 'a range without Content-Range' } };
  const sha256 = digestOf(headers.get('repr-digest'));
  const etag = headers.get('etag') ?? undefined;
  const head: MediaHead = {
    ...sizeOfTransfer(response),
    ...range,
    ...given('sha256', sha256),
    ...given('mimeType', headers.get('content-type')),
    ...given('originalFilename', filenameOf(headers.get('content-disposition'))),
    ...given('messageId', headers.get('x-message-id')),
    ...given('etag', etag),
    canResume: sha256 !== undefined || !!etag?.startsWith('"'),
  };
  return { head, stream: response.body ?? new Blob().stream() };
}

function given<K extends string, V>(name: K, value: V | null | undefined): { [P in K]?: V } {
  return value === null || value === undefined ? {} : ({ [name]: value } as { [P in K]: V });
}

function sizeOfTransfer({ headers, status }: Response): Pick<MediaHead, 'size' | 'isSizeOfTransfer'> {
  const length = headers.get('content-length');
  if (status === 206 || length === null || !/^\d+$/.test(length)) return {};
  return { size: Number(length), isSizeOfTransfer: true };
}

/** `bytes 100-199/200` (RFC 9110); null when it says something else. */
function rangeOf(header: string | null): { start: number; size?: number } | null {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? '') ?? [];
  if (start === undefined) return null;
  return { start: Number(start), ...(size === '*' ? {} : { size: Number(size) }) };
}

/** The SHA-256 among the digests of `Repr-Digest: sha-256=:…:` (RFC 9530). */
function digestOf(header: string | null): string | undefined {
  const [, base64] = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header ?? '') ?? [];
  if (base64 === undefined) return undefined;
  return [...atob(base64)].map((character) => hexOf(character.charCodeAt(0))).join('');
}

export function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** The file's name of a `Content-Disposition` (RFC 6266); the one with its encoding said wins. */
function filenameOf(header: string | null): string | undefined {
  const [, encoded] = /;\s*filename\*=UTF-8''([^;\s]+)/i.exec(header ?? '') ?? [];
  const [, quoted, plain] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(header ?? '') ?? [];
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
  } catch {
    // Not UTF-8: the other one may do.
  }
  return quoted?.replace(/\\(.)/g, '$1') ?? plain;
}
