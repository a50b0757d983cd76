/** Rows of chats and of media that are stored, as the package writes them; made alike for all. */
import type { CachedMediaMeta, ChatSyncState } from '../../../../js-bindings/src/gen/schema.js';
import { ChatServer } from './chat-server.js';
import { randomBelow, randomFrom, randomUuid, shuffled } from './random.js';

export interface MediaSize {
  chats: number;
  entries: number;
  /** Of each file. */
  bytes: number;
}

export interface MediaRows {
  chat_meta: ChatSyncState[];
  cache_stats: object[];
  /** In the order of their keys, as a database gives them. */
  media_meta: CachedMediaMeta[];
}

const SEED = 6;
const USED_FIRST_MS = Date.UTC(2026, 0, 5);
const USED_EVERY_MS = 60_000;

/** Every chat has messages, and files in random number; no two were last used in the order of their keys. */
export function mediaRows({ chats, entries, bytes }: MediaSize): MediaRows {
  const random = randomFrom(SEED);
  const states = chatStates(chats);
  const used = shuffled(random, [...Array(entries).keys()]);
  const media_meta = used.map((place) => {
    const chat = states[randomBelow(random, chats)]!;
    chat.mediaSize += bytes;
    return entryOf(chat.requestId, random, bytes, USED_FIRST_MS + place * USED_EVERY_MS);
  });
  media_meta.sort((a, b) => (a.id < b.id ? -1 : 1));
  const position = { key: 'sync', chatsCursor: String(chats), sealed: true, blocks: true };
  return { chat_meta: states, cache_stats: [position, statsOf(states, entries)], media_meta };
}

function chatStates(chats: number): ChatSyncState[] {
  const server = new ChatServer(chats);
  server.postToAll(1);
  const page = JSON.parse(new TextDecoder().decode(server.fetchChats({ limit: chats }))) as {
    chats: NonNullable<ChatSyncState['chat']>[];
  };
  return page.chats.map((chat) => ({
    requestId: chat.requestId,
    lastSyncedSequence: 1,
    lastSyncedAt: Date.now(),
    totalMessageCount: 1,
    knownGaps: [],
    unreadCount: 0,
    lastReadSequence: 1,
    lastReadAt: null,
    messageCount: 0,
    mediaSize: 0,
    lastAccessedAt: USED_FIRST_MS,
    serverRevision: chat.revision,
    chat,
    unsealed: null,
    unsent: null,
    messageBytes: 0,
  }));
}

function entryOf(
  requestId: string,
  random: () => number,
  fileSize: number,
  lastAccessedAt: number,
): CachedMediaMeta {
  const filename = `${randomUuid(random)}.jpg`;
  const hex = () => randomUuid(random).replaceAll('-', '');
  return {
    id: `${requestId}:${filename}`,
    requestId,
    messageId: randomUuid(random),
    filename,
    originalFilename: `IMG_${randomBelow(random, 10_000)}.jpg`,
    mimeType: 'image/jpeg',
    fileSize,
    downloadStatus: 'completed',
    downloadProgress: 100,
    downloadedAt: lastAccessedAt,
    sha256Hash: hex() + hex(),
    isVerified: true,
    localBlobKey: `b-${hex()}`,
    thumbnailBlobKey: null,
    lastAccessedAt,
    isPinned: false,
    priority: 'normal',
  };
}

/** The row `stats` that fits. */
function statsOf(chats: ChatSyncState[], mediaCount: number): object {
  const mediaSize = chats.reduce((sum, chat) => sum + chat.mediaSize, 0);
  return {
    key: 'stats',
    totalSize: mediaSize,
    messagesSize: 0,
    mediaSize,
    chatCount: chats.length,
    messageCount: 0,
    mediaCount,
    cacheHits: 0,
    cacheMisses: 0,
    hitRate: 0,
    lastFullSync: null,
    lastDeltaSync: null,
    pendingOperations: 0,
    createdAt: USED_FIRST_MS,
    updatedAt: USED_FIRST_MS,
  };
}
