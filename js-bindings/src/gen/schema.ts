// Generated from wasm/schema.json by js-bindings/scripts/generate.mjs; do not edit.

export const DATABASE = {"version":4,"defaultNamespace":"support-center","suffix":"cache"} as const;

export type MessageStatus = 'pending' | 'sent' | 'failed';
export type ChatState = 'INITIAL' | 'SYNCING' | 'SYNCED' | 'STALE' | 'RESYNCING' | 'FAILED' | 'GAP_DETECTED' | 'EXPIRED';
export type Connection = 'online' | 'offline';
export type Durability = 'relaxed' | 'strict';
export type Layout = 'rows' | 'blocks';
export type EventType = 'hydrate' | 'rows' | 'block' | 'connectivity' | 'credentials' | 'deadline' | 'signal' | 'reply' | 'open' | 'close' | 'sync' | 'fill' | 'touch' | 'read' | 'damaged' | 'send' | 'retry' | 'retryAll' | 'cancel' | 'edit' | 'mediaGet' | 'mediaForget' | 'mediaTouch' | 'mediaPin' | 'mediaPriority' | 'mediaPrefetch' | 'mediaDelete' | 'mediaEvict' | 'mediaFiles' | 'limits' | 'quotaExceeded' | 'repair';
export type CallMethod = 'fetchChats' | 'fetchMessages' | 'subscribe' | 'sendMessage' | 'markRead' | 'fetchMedia' | 'makeThumbnail' | 'estimateStorage' | 'deleteFiles' | 'abortCall';
export type SignalType = 'chat' | 'chats' | 'connection' | 'auth' | 'error' | 'outbox' | 'media' | 'quota';
export type DownloadStatus = 'pending' | 'downloading' | 'completed' | 'failed';
export type MediaPriority = 'low' | 'normal' | 'high';
export type QuotaLevel = 'normal' | 'low' | 'critical';
export type BlobPlace = 'database' | 'files';
export type OperationType = 'send_message' | 'mark_read';
export type OperationStatus = 'pending' | 'syncing' | 'completed' | 'failed';

export type ErrorCode = 'environment' | 'argument' | 'closed' | 'newer_version' | 'open_blocked' | 'open_timeout' | 'storage' | 'storage_stalled' | 'data_lost' | 'unreadable' | 'set_aside' | 'core' | 'no_memory' | 'bad_event' | 'field_missing' | 'field_type' | 'field_range' | 'field_length' | 'field_format' | 'field_enum' | 'record_utf8' | 'record_syntax' | 'record_depth' | 'request_mismatch' | 'sequence_conflict' | 'id_conflict' | 'body_syntax' | 'covers_mismatch' | 'page_order' | 'cursor_repeated' | 'sequence_regressed' | 'offline' | 'network' | 'timeout' | 'rate_limited' | 'server' | 'rejected' | 'auth' | 'aborted' | 'not_durable' | 'unknown_operation' | 'operation_under_way' | 'operation_attempted' | 'media_damaged' | 'unknown_media' | 'unknown_chat';

export interface Sender {
  id: string;
  username: string;
  fullName?: string | null;
  isTechnician?: boolean;
}

export interface CachedMessage {
  id: string;
  requestId: string;
  sequenceNumber: number;
  senderId: string | null;
  sender: Sender | null;
  content: string;
  createdAt: string;
  updatedAt: string | null;
  isScreenshot: boolean;
  screenshotFileName: string | null;
  fileName: string | null;
  fileSize: number | null;
  fileMimeType: string | null;
  isReadByCurrentUser: boolean;
  tempId?: string;
  clientTempId?: string;
  status: MessageStatus;
  errorMessage?: string;
  _cachedAt: number;
  _syncVersion: number;
}

export interface Gap {
  startSeq: number;
  endSeq: number;
  detectedAt: number;
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

export interface CachedMediaMeta {
  id: string;
  requestId: string;
  messageId: string;
  filename: string;
  originalFilename?: string;
  mimeType: string;
  fileSize: number;
  downloadStatus: DownloadStatus;
  downloadProgress: number;
  downloadedAt: number | null;
  sha256Hash: string | null;
  isVerified: boolean;
  localBlobKey: string | null;
  thumbnailBlobKey: string | null;
  lastAccessedAt: number;
  isPinned: boolean;
  priority: MediaPriority;
  wanted?: boolean;
  lastError?: string;
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

export interface CacheStats {
  key: string;
  totalSize: number;
  messagesSize: number;
  mediaSize: number;
  chatCount: number;
  messageCount: number;
  mediaCount: number;
  cacheHits: number;
  cacheMisses: number;
  hitRate: number;
  lastFullSync: number | null;
  lastDeltaSync: number | null;
  pendingOperations: number;
  createdAt: number;
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

export interface OfflineOperation {
  id: string;
  type: OperationType;
  requestId: string;
  payload: Record<string, unknown>;
  status: OperationStatus;
  createdAt: number;
  attemptedAt: number | null;
  retryCount: number;
  maxRetries: number;
  nextRetryAt: number | null;
  lastError: string | null;
  sequenceNumber?: number;
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

export interface ChatPreview {
  id?: string;
  senderId?: string | null;
  senderName?: string | null;
  content?: string | null;
  createdAt?: string | null;
}

export interface ServerChat {
  requestId: string;
  title?: string | null;
  lastSequence: number;
  revision: string;
  unreadCount?: number;
  lastReadSequence?: number;
  totalMessageCount?: number;
  lastActivityAt?: string | null;
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
