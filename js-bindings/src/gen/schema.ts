// Generated from wasm/schema.json by js-bindings/scripts/generate.mjs; do not edit.

export const DATABASE = {"version":4,"defaultNamespace":"support-center","suffix":"cache"} as const;

/** `pending`: it waits to be sent; `sent`: the server has it; `failed`: see the outbox. */
export type MessageStatus = 'pending' | 'sent' | 'failed';
/** How what is stored of a chat stands to the server's: `INITIAL`, never synchronised; `SYNCING`, for the first time; `RESYNCING`, again; `SYNCED`; `STALE`, it has moved since, or the chat list has not been caught up with; `GAP_DETECTED`, messages are missing; `EXPIRED`, not synchronised for seven days; `FAILED`, the last try failed. */
export type ChatState = 'INITIAL' | 'SYNCING' | 'SYNCED' | 'STALE' | 'RESYNCING' | 'FAILED' | 'GAP_DETECTED' | 'EXPIRED';
/** Whether the server could be reached at the last try. */
export type Connection = 'online' | 'offline';
export type Durability = 'relaxed' | 'strict';
/** How settled history is stored: many messages a record, or a row per message. */
export type Layout = 'rows' | 'blocks';
export type EventType = 'hydrate' | 'rows' | 'block' | 'connectivity' | 'credentials' | 'deadline' | 'signal' | 'reply' | 'open' | 'close' | 'sync' | 'fill' | 'touch' | 'read' | 'damaged' | 'send' | 'retry' | 'retryAll' | 'cancel' | 'edit' | 'mediaGet' | 'mediaForget' | 'mediaTouch' | 'mediaPin' | 'mediaPriority' | 'mediaPrefetch' | 'mediaDelete' | 'mediaEvict' | 'mediaFiles' | 'limits' | 'quotaExceeded' | 'repair';
export type CallMethod = 'fetchChats' | 'fetchMessages' | 'subscribe' | 'sendMessage' | 'markRead' | 'fetchMedia' | 'makeThumbnail' | 'estimateStorage' | 'deleteFiles' | 'abortCall';
export type SignalType = 'chat' | 'chats' | 'connection' | 'auth' | 'error' | 'outbox' | 'media' | 'quota';
/** What has become of a file: `pending`, it is known or waits to be downloaded; `completed`, it is on this device. */
export type DownloadStatus = 'pending' | 'downloading' | 'completed' | 'failed';
/** Lower ones are evicted first and downloaded last. */
export type MediaPriority = 'low' | 'normal' | 'high';
/** How full it is: `low` from 80% of what the browser allows on, `critical` from 95% on or when something could not be stored for want of room. */
export type QuotaLevel = 'normal' | 'low' | 'critical';
export type BlobPlace = 'database' | 'files';
/** What is to be sent: a message, or how far the user has read. */
export type OperationType = 'send_message' | 'mark_read';
/** `pending`: it waits; `syncing`: it is being sent; `failed`: it waits for `retry` or `cancel`. One that is completed is deleted. */
export type OperationStatus = 'pending' | 'syncing' | 'completed' | 'failed';

/** Stable; docs/troubleshooting.md says of each what it means and what to do next. */
export type ErrorCode = 'environment' | 'argument' | 'closed' | 'newer_version' | 'open_blocked' | 'open_timeout' | 'storage' | 'storage_stalled' | 'data_lost' | 'unreadable' | 'set_aside' | 'core' | 'no_memory' | 'bad_event' | 'field_missing' | 'field_type' | 'field_range' | 'field_length' | 'field_format' | 'field_enum' | 'record_utf8' | 'record_syntax' | 'record_depth' | 'request_mismatch' | 'sequence_conflict' | 'id_conflict' | 'body_syntax' | 'covers_mismatch' | 'page_order' | 'cursor_repeated' | 'sequence_regressed' | 'offline' | 'network' | 'timeout' | 'rate_limited' | 'server' | 'rejected' | 'auth' | 'aborted' | 'not_durable' | 'unknown_operation' | 'operation_under_way' | 'operation_attempted' | 'media_damaged' | 'unknown_media' | 'unknown_chat';

/** Who wrote a message. */
export interface Sender {
  /** 1 to 256 characters. */
  id: string;
  /** At most 256 characters. */
  username: string;
  /** At most 1,024 characters. */
  fullName?: string | null;
  /** Of a support desk. */
  isTechnician?: boolean;
}

/** A message as it is stored. Fields that the server adds are kept as they came. Times are ISO 8601 unless they begin with `_`. */
export interface CachedMessage {
  /** A UUID; until it is sent, its `tempId`. */
  id: string;
  /** The chat, a UUID. */
  requestId: string;
  /** From 1 on, unique in the chat, its order. Above 2^52 as long as the server has given none. */
  sequenceNumber: number;
  /** Null of a message that nobody wrote; of one that was written here, the larder's `userId`. */
  senderId: string | null;
  /** Who wrote it, where the server says so. */
  sender: Sender | null;
  /** 1 to 10,000 Unicode code points. */
  content: string;
  /** When it was written, by the server's clock; until it is sent, by this device's. */
  createdAt: string;
  /** When it was edited last; null: never. */
  updatedAt: string | null;
  /** Whether it carries a screenshot, which `screenshotFileName` names. */
  isScreenshot: boolean;
  /** For `larder.media`; at most 1,024 characters. */
  screenshotFileName: string | null;
  /** Of the file it carries, for `larder.media`; at most 1,024 characters. */
  fileName: string | null;
  /** Of that file, in bytes. */
  fileSize: number | null;
  /** Of that file. */
  fileMimeType: string | null;
  /** As the server said last. */
  isReadByCurrentUser: boolean;
  /** Of a message that was written on this device: the same before and after it is sent. The key of its element, say. */
  tempId?: string;
  /** The idempotency key under which the server has it. */
  clientTempId?: string;
  /** Always `sent` of what came from the server. */
  status: MessageStatus;
  /** Why it failed; the server's words. */
  errorMessage?: string;
  /** When it was stored, in milliseconds since 1970. */
  _cachedAt: number;
  /** Of the form in which it is stored. */
  _syncVersion: number;
}

/** Messages that are missing, as a range of sequence numbers, both ends included. */
export interface Gap {
  /** The first that is missing. */
  startSeq: number;
  /** The last that is missing. */
  endSeq: number;
  /** When that was found, in milliseconds since 1970. */
  detectedAt: number;
  /** Messages may be stored of this range, but from a time that the server can't compare with: they are shown, and fetched again. */
  stale?: boolean;
}

export interface ChatSyncState {
  requestId: string;
  lastSyncedSequence: number;
  lastSyncedAt: number;
  totalMessageCount: number;
  knownGaps: Gap[];
  unreadCount: number;
  lastReadSequence: number;
  lastReadAt: number | null;
  messageCount: number;
  mediaSize: number;
  lastAccessedAt: number;
  serverRevision: string | null;
  chat: ServerChat | null;
  unsealed: Unsealed | null;
  unsent: Unsent | null;
  messageBytes?: number;
  evictedBelow?: number;
  mediaPinned?: boolean;
  mediaPriority?: MediaPriority;
  blockChanges?: number;
  newestBlock?: number;
}

/** What is known of a file. Times are in milliseconds since 1970, sizes in bytes. */
export interface CachedMediaMeta {
  /** `requestId:filename`. */
  id: string;
  /** The chat, a UUID. */
  requestId: string;
  /** The message it belongs to; empty: unknown. */
  messageId: string;
  /** As the server knows it; 1 to 1,024 characters. */
  filename: string;
  /** What it was called by whoever sent it. */
  originalFilename?: string;
  /** As the server said; `application/octet-stream` before that. */
  mimeType: string;
  /** Of the whole file; 0: unknown. */
  fileSize: number;
  /** Whether it is on this device. */
  downloadStatus: DownloadStatus;
  /** 0 to 100, as of the last time it was stored: the event `media` has it as it grows. */
  downloadProgress: number;
  /** When it came; null: it is not here. */
  downloadedAt: number | null;
  /** In hexadecimal digits; null: unknown. */
  sha256Hash: string | null;
  /** Whether it was compared with a SHA-256 of the server's. */
  isVerified: boolean;
  /** Under which its bytes lie; null: they don't. */
  localBlobKey: string | null;
  /** Under which its thumbnail lies; null: there is none. */
  thumbnailBlobKey: string | null;
  /** When it was used last; what was used longest ago is evicted first. */
  lastAccessedAt: number;
  /** It is never evicted. */
  isPinned: boolean;
  /** Lower ones are evicted first. */
  priority: MediaPriority;
  /** It is to be prefetched. */
  wanted?: boolean;
  /** Why the last download failed: a code, or the server's words. */
  lastError?: string;
  /** Of its thumbnail. */
  thumbnailSize?: number;
}

export interface CachedMediaBlob {
  key: string;
  data: Blob | ArrayBuffer;
  size: number;
  mimeType: string;
  createdAt: number;
  lastAccessedAt: number;
}

/** What is stored, and how often it was of use. Times are in milliseconds since 1970, sizes in bytes. */
export interface CacheStats {
  /** Always `stats`. */
  key: string;
  /** Messages and media. */
  totalSize: number;
  /** Messages. */
  messagesSize: number;
  /** Files and thumbnails. */
  mediaSize: number;
  /** Chats that are known. */
  chatCount: number;
  /** Messages on this device. */
  messageCount: number;
  /** Files that are known. */
  mediaCount: number;
  /** Files that were here when they were asked for. */
  cacheHits: number;
  /** Files that were not. */
  cacheMisses: number;
  /** 0 to 100, in per cent, with two decimals. */
  hitRate: number;
  /** When the chat list was last read from its start; null: never. */
  lastFullSync: number | null;
  /** When it was last caught up with; null: never. */
  lastDeltaSync: number | null;
  /** Operations in the outbox, failed ones included. */
  pendingOperations: number;
  /** When these counts began. */
  createdAt: number;
  /** When they were written. */
  updatedAt: number;
}

export interface Unsent {
  count: number;
  lastAt: number;
}

export interface SendMessagePayload {
  content: string;
  tempId: string;
  isScreenshot?: boolean;
  screenshotFileName?: string | null;
}

export interface MarkReadPayload {
  messageIds: unknown[];
  upToSequence: number;
}

/** An operation of the outbox. Times are in milliseconds since 1970. */
export interface OfflineOperation {
  /** A UUID, and the idempotency key of its calls. */
  id: string;
  /** What it sends. */
  type: OperationType;
  /** The chat, a UUID. */
  requestId: string;
  /** Of `send_message`: the message, with its `tempId`; of `mark_read`: `upToSequence` and `messageIds`. */
  payload: Record<string, unknown>;
  /** Whether it waits, is under way or has failed. */
  status: OperationStatus;
  /** When it was written. */
  createdAt: number;
  /** When it was tried last; null: never. */
  attemptedAt: number | null;
  /** Tries since it was written or retried by hand. */
  retryCount: number;
  /** After so many tries it is `failed`. */
  maxRetries: number;
  /** When it is tried again; null: as soon as it is its turn. */
  nextRetryAt: number | null;
  /** Why the last try failed: the server's words, or a code. */
  lastError: string | null;
  /** The provisional one of its message, above 2^52. */
  sequenceNumber?: number;
  /** The answer of a try was lost: the server may have it. */
  mayHaveArrived?: boolean;
}

export interface ReadAnswer {
  unreadCount?: number;
  lastReadSequence?: number;
}

export interface Unsealed {
  from: number;
  to: number;
  blocks: number;
  rows: boolean;
}

export interface MessageBlock {
  requestId: string;
  firstSequence: number;
  lastSequence: number;
  count: number;
  bytes: number;
  cachedAt: number;
  syncVersion: number;
  changes?: number;
  data: ArrayBuffer;
}

/** The last message of a chat, for the list. */
export interface ChatPreview {
  /** Its UUID; while it is not sent yet, its `tempId`. */
  id?: string;
  /** Who wrote it. */
  senderId?: string | null;
  /** Their name, to be shown. */
  senderName?: string | null;
  /** As much of its text as the server gives. */
  content?: string | null;
  /** ISO 8601. */
  createdAt?: string | null;
}

/** A chat as `fetchChats` gives it. Fields that the server adds are kept as they came. */
export interface ServerChat {
  /** Its UUID. */
  requestId: string;
  /** At most 1,024 characters. */
  title?: string | null;
  /** The highest number ever given to a message, even a deleted one. */
  lastSequence: number;
  /** Any text of 1 to 256 characters that changes with every new, edited or deleted message. */
  revision: string;
  /** Messages of others that the user has not read. */
  unreadCount?: number;
  /** Up to which the user has read. */
  lastReadSequence?: number;
  /** Messages that are there. */
  totalMessageCount?: number;
  /** ISO 8601; the list is in its order. */
  lastActivityAt?: string | null;
  /** For the list. */
  lastMessage?: ChatPreview | null;
}

export interface ChatsPage {
  chats: unknown[];
  cursor?: string | null;
  hasMore?: boolean;
}

export interface Covers {
  from: number;
  to: number;
}

export interface MessagesPage {
  requestId?: string;
  messages: unknown[];
  covers?: Covers | null;
  tombstones?: unknown[];
  lastSequence: number;
  revision?: string | null;
  totalMessageCount?: number;
  unreadCount?: number;
  lastReadSequence?: number;
  resetRequired?: boolean;
}

export interface Tombstone {
  id: string;
  sequenceNumber: number;
}

export interface StoredRows {
  chat_meta: unknown[];
  cache_stats: unknown[];
  offline_queue?: unknown[];
  media_meta?: unknown[];
}

export interface SyncPosition {
  key: string;
  chatsCursor: string | null;
  upgradedFrom?: number;
  sealed?: boolean;
  blocks?: boolean;
}

/** One object store as IndexedDB is to have it. */
export interface StoreSchema {
  name: string;
  keyPath: string | string[];
  indexes: { name: string; keyPath: string | string[]; unique?: true }[];
}

export const STORES: StoreSchema[] = [
  {
    "name": "messages",
    "keyPath": "id",
    "indexes": [
      {
        "name": "by_request",
        "keyPath": "requestId"
      },
      {
        "name": "by_request_sequence",
        "keyPath": [
          "requestId",
          "sequenceNumber"
        ],
        "unique": true
      },
      {
        "name": "by_cached_at",
        "keyPath": "_cachedAt"
      }
    ]
  },
  {
    "name": "chat_meta",
    "keyPath": "requestId",
    "indexes": [
      {
        "name": "by_last_accessed",
        "keyPath": "lastAccessedAt"
      }
    ]
  },
  {
    "name": "media_meta",
    "keyPath": "id",
    "indexes": [
      {
        "name": "by_request",
        "keyPath": "requestId"
      },
      {
        "name": "by_last_accessed",
        "keyPath": "lastAccessedAt"
      },
      {
        "name": "by_status",
        "keyPath": "downloadStatus"
      }
    ]
  },
  {
    "name": "media_blobs",
    "keyPath": "key",
    "indexes": [
      {
        "name": "by_last_accessed",
        "keyPath": "lastAccessedAt"
      }
    ]
  },
  {
    "name": "offline_queue",
    "keyPath": "id",
    "indexes": [
      {
        "name": "by_status",
        "keyPath": "status"
      },
      {
        "name": "by_created",
        "keyPath": "createdAt"
      },
      {
        "name": "by_next_retry",
        "keyPath": "nextRetryAt"
      }
    ]
  },
  {
    "name": "cache_stats",
    "keyPath": "key",
    "indexes": []
  },
  {
    "name": "message_blocks",
    "keyPath": [
      "requestId",
      "firstSequence"
    ],
    "indexes": []
  }
];
