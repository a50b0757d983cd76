import type { CachedMediaMeta, CacheStats, ChatSyncState } from './gen/schema.js';
import { essenceOf } from './inline-types.js';
import { abortOf, type ReadAll } from './values.js';

/** What is stored, in bytes and numbers, and how often it was of use. */
export interface LarderStats extends Omit<CacheStats, 'key'> {
  /** Chats with anything stored or whose files are pinned, the largest first. */
  byChat: ChatSize[];
  /** Types of files with anything stored, thumbnails included, the largest first. */
  byType: TypeSize[];
}

/** How much is stored of a chat, in bytes. */
export interface ChatSize {
  /** The chat, a UUID. */
  requestId: string;
  /** Its messages. */
  messagesSize: number;
  /** Its files. */
  mediaSize: number;
  /** All its files are pinned, those to come too. */
  pinned: boolean;
}

/** How much is stored of a type of files. */
export interface TypeSize {
  /** Without its parameters. */
  mimeType: string;
  /** Files. */
  count: number;
  /** In bytes. */
  size: number;
}

const NOTHING: Omit<CacheStats, 'key'> = {
  totalSize: 0,
  messagesSize: 0,
  mediaSize: 0,
  chatCount: 0,
  messageCount: 0,
  mediaCount: 0,
  cacheHits: 0,
  cacheMisses: 0,
  hitRate: 0,
  lastFullSync: null,
  lastDeltaSync: null,
  pendingOperations: 0,
  createdAt: 0,
  updatedAt: 0,
};

/** The bytes that are stored of an entry. */
export function storedBytes(meta: CachedMediaMeta): number {
  return (meta.localBlobKey ? meta.fileSize : 0) + (meta.thumbnailBlobKey ? (meta.thumbnailSize ?? 0) : 0);
}

/** Reads the statistics as they are at one moment. */
export function readStats(db: IDBDatabase, all: ReadAll): Promise<LarderStats> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(['cache_stats', 'chat_meta', 'media_meta'], 'readonly');
    const row = transaction.objectStore('cache_stats').get('stats') as IDBRequest<CacheStats | undefined>;
    let chats: ChatSyncState[] = [];
    let media: CachedMediaMeta[] = [];
    all<ChatSyncState>(transaction.objectStore('chat_meta'), null, (rows) => (chats = rows));
    all<CachedMediaMeta>(transaction.objectStore('media_meta'), null, (rows) => (media = rows));
    transaction.onabort = () => reject(abortOf(transaction));
    transaction.oncomplete = () => {
      const { key: _, ...stats } = { key: '', ...NOTHING, ...row.result };
      resolve({ ...stats, byChat: byChat(chats), byType: byType(media) });
    };
  });
}

function byChat(chats: ChatSyncState[]): ChatSize[] {
  const sizes = chats.map(({ requestId, messageBytes = 0, mediaSize = 0, mediaPinned: pinned = false }) => {
    return { requestId, messagesSize: messageBytes, mediaSize, pinned };
  });
  const sizeOf = (chat: ChatSize) => chat.messagesSize + chat.mediaSize;
  return sizes.filter((chat) => sizeOf(chat) > 0 || chat.pinned).sort((a, b) => sizeOf(b) - sizeOf(a));
}

function byType(media: CachedMediaMeta[]): TypeSize[] {
  const types = new Map<string, TypeSize>();
  for (const meta of media) {
    const bytes = storedBytes(meta);
    if (!bytes && !meta.localBlobKey) continue;
    const mimeType = essenceOf(meta.mimeType);
    const { count, size } = types.get(mimeType) ?? { count: 0, size: 0 };
    types.set(mimeType, { mimeType, count: count + 1, size: size + bytes });
  }
  return [...types.values()].sort((a, b) => b.size - a.size);
}
