/** What lies in a database, counted past the package. */
import type { CachedMediaBlob, CachedMediaMeta, MessageBlock } from '../../js-bindings/src/gen/schema.js';
import { requestDone } from '../bench/pages/support/idb.js';

/** Members of `cache_stats`. */
export interface Counted {
  mediaCount: number;
  mediaSize: number;
  chatCount: number;
  messageCount: number;
  pendingOperations: number;
}

const STORES = ['media_meta', 'media_blobs', 'chat_meta', 'messages', 'message_blocks', 'offline_queue'];

export async function countAll(databaseName: string): Promise<Counted> {
  const db = await requestDone(indexedDB.open(databaseName));
  const transaction = db.transaction(STORES);
  const all = await Promise.all(STORES.map((name) => requestDone(transaction.objectStore(name).getAll())));
  db.close();
  const [media, blobs, chats, rows, blocks, queue] = all as [
    CachedMediaMeta[],
    CachedMediaBlob[],
    object[],
    { sequenceNumber: number }[],
    MessageBlock[],
    object[],
  ];
  const files = await filesBelow(await navigator.storage.getDirectory());
  const sizes = new Map([...blobs.map(({ key, data }) => [key, sizeOf(data)] as const), ...files]);
  return {
    mediaCount: media.filter(({ localBlobKey }) => localBlobKey !== null).length,
    mediaSize: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    chatCount: chats.length,
    messageCount: rows.length + blocks.reduce((sum, { count }) => sum + count, 0),
    pendingOperations: queue.length,
  };
}

function sizeOf(data: Blob | ArrayBuffer): number {
  return data instanceof Blob ? data.size : data.byteLength;
}

/** Names and sizes of all files of the origin private file system. */
async function filesBelow(folder: FileSystemDirectoryHandle): Promise<[string, number][]> {
  const found: [string, number][] = [];
  const handles = (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values();
  for await (const handle of handles) {
    if (handle.kind === 'directory') found.push(...(await filesBelow(handle as FileSystemDirectoryHandle)));
    else found.push([handle.name, (await (handle as FileSystemFileHandle).getFile()).size]);
  }
  return found;
}
