import { fileRoot, folderName } from './folder.js';
import type { BlobAddress, BlobPlace } from './place.js';

/** What TypeScript's libraries don't know of a handle yet, or know of workers only. */
interface FileHandle extends FileSystemFileHandle {
  createSyncAccessHandle?(): Promise<SyncAccessHandle>;
}

interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

interface FilePlace extends BlobPlace {
  /** Everything that lies there. */
  list(): Promise<BlobAddress[]>;
  /** Writes a file anew; when that fails, nothing is left of it. */
  write(address: BlobAddress, parts: Uint8Array<ArrayBuffer>[]): Promise<void>;
  /** Deletes a file, if it is there. */
  remove(address: BlobAddress): Promise<void>;
}

/** The files of a database in the origin private file system: `media/{requestId}/{key}` in its folder. */
export function filePlace(databaseName: string): FilePlace {
  const media = async (create: boolean): Promise<FileSystemDirectoryHandle> => {
    const root = await fileRoot();
    if (!root) throw new DOMException('there are no files', 'NotFoundError');
    const own = await root.getDirectoryHandle(await folderName(databaseName), { create });
    return own.getDirectoryHandle('media', { create });
  };
  const folderOf = async (requestId: string, create = false): Promise<FileSystemDirectoryHandle> =>
    (await media(create)).getDirectoryHandle(requestId, { create });
  const list = async (): Promise<BlobAddress[]> => {
    const found: BlobAddress[] = [];
    const folder = await media(false).catch(orNull);
    if (!folder) return found;
    for await (const chat of entriesOf(folder)) {
      if (chat.kind === 'directory')
        for await (const { name } of entriesOf(chat as FileSystemDirectoryHandle))
          found.push({ requestId: chat.name, key: name });
    }
    return found;
  };
  return {
    list,
    async read({ requestId, key }, mimeType) {
      const file = await (await folderOf(requestId).catch(orNull))?.getFileHandle(key).catch(orNull);
      const bytes = await file?.getFile();
      return bytes ? bytes.slice(0, bytes.size, mimeType) : null;
    },
    async write({ requestId, key }, parts) {
      const folder = await folderOf(requestId, true);
      const file = await folder.getFileHandle(key, { create: true });
      try {
        await writeParts(file, parts);
      } catch (error) {
        await folder.removeEntry(key).catch(() => {});
        throw error;
      }
    },
    async remove({ requestId, key }) {
      await (await folderOf(requestId).catch(orNull))?.removeEntry(key).catch(orNull);
    },
  };
}

function orNull(error: unknown): null {
  if ((error as DOMException).name === 'NotFoundError') return null;
  throw error;
}

function entriesOf(folder: FileSystemDirectoryHandle): AsyncIterable<FileSystemHandle> {
  return (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values();
}

/** By whichever way there is: workers have the first, some engines only that. */
async function writeParts(file: FileHandle, parts: Uint8Array<ArrayBuffer>[]): Promise<void> {
  if (!file.createSyncAccessHandle) {
    const stream = await file.createWritable();
    await stream.write(new Blob(parts));
    return stream.close();
  }
  const access = await file.createSyncAccessHandle();
  try {
    let at = 0;
    for (const part of parts) at += writePart(access, part, at);
    access.flush();
  } finally {
    access.close();
  }
}

function writePart(access: SyncAccessHandle, part: Uint8Array, at: number): number {
  const written = access.write(part, { at });
  if (written < part.byteLength)
    throw new DOMException('the file could not be written', 'QuotaExceededError');
  return written;
}
