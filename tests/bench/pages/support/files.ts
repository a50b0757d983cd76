/** Files as a server has them, and the rows that are stored of them. */
import type { CachedMediaMeta } from '../../../../js-bindings/src/gen/schema.js';
import { fileBytes } from './media-fill.js';

export interface ServedFile {
  filename: string;
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
  mimeType: string;
}

export const filenameOf = (file: number) => `image-${file}.jpg`;

export async function makeFiles(count: number, size: number): Promise<ServedFile[]> {
  const files: ServedFile[] = [];
  for (let file = 0; file < count; file += 1) {
    const bytes = fileBytes(size);
    const sha256 = await sha256Of(bytes);
    files.push({ filename: filenameOf(file), bytes, sha256, mimeType: 'image/jpeg' });
  }
  return files;
}

/** In hexadecimal digits. */
export async function sha256Of(bytes: BufferSource): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The row of a file that is here, under this key. */
export function metaOf(requestId: string, file: ServedFile, localBlobKey: string): CachedMediaMeta {
  const { filename, mimeType, sha256: sha256Hash, bytes } = file;
  const now = Date.now();
  return {
    id: `${requestId}:${filename}`,
    requestId,
    messageId: '',
    filename,
    mimeType,
    fileSize: bytes.byteLength,
    downloadStatus: 'completed',
    downloadProgress: 100,
    downloadedAt: now,
    sha256Hash,
    isVerified: true,
    localBlobKey,
    thumbnailBlobKey: null,
    lastAccessedAt: now,
    isPinned: false,
    priority: 'normal',
  };
}

/** Throws unless these are the bytes of every file, by what their rows say. */
export async function checkFiles(read: ArrayBuffer[], rows: CachedMediaMeta[]): Promise<void> {
  const [there, wanted] = [await Promise.all(read.map(sha256Of)), rows.map(({ sha256Hash }) => sha256Hash)];
  if (there.length !== wanted.length || there.sort().join() !== wanted.sort().join())
    throw new Error(`${there.length} files were read, and not all are what the ${wanted.length} rows say`);
}
