// Generated from wasm/schema.json by js-bindings/scripts/generate.mjs; do not edit.

export const DATABASE = {"version":4,"defaultNamespace":"support-center","suffix":"cache"} as const;

export type MessageStatus = 'pending' | 'sent' | 'failed';
export type ChatState = 'INITIAL' | 'SYNCING' | 'SYNCED' | 'STALE' | 'RESYNCING' | 'FAILED' | 'GAP_DETECTED' | 'EXPIRED';
export type Connection = 'online' | 'offline';
export type Durability = 'relaxed' | 'strict';
export type Layout = 'rows' | 'blocks';
export type EventType = 'hydrate' | 'rows' | 'block' | 'connectivity' | 'credentials' | 'deadline' | 'signal' | 'reply' | 'open' | 'close' | 'sync' | 'fill' | 'touch' | 'read' | 'damaged' | 'send' | 'retry' | 'retryAll' | 'cancel' | 'edit';
export type CallMethod = 'fetchChats' | 'fetchMessages' | 'subscribe' | 'sendMessage' | 'markRead';
export type SignalType = 'chat' | 'chats' | 'connection' | 'auth' | 'error' | 'outbox';
export type OperationType = 'send_message' | 'mark_read';
export type OperationStatus = 'pending' | 'syncing' | 'completed' | 'failed';

export type ErrorCode = 'environment' | 'argument' | 'closed' | 'newer_version' | 'open_blocked' | 'open_timeout' | 'storage' | 'set_aside' | 'core' | 'no_memory' | 'bad_event' | 'field_missing' | 'field_type' | 'field_range' | 'field_length' | 'field_format' | 'field_enum' | 'record_utf8' | 'record_syntax' | 'record_depth' | 'request_mismatch' | 'sequence_conflict' | 'id_conflict' | 'body_syntax' | 'covers_mismatch' | 'page_order' | 'cursor_repeated' | 'sequence_regressed' | 'offline' | 'network' | 'timeout' | 'rate_limited' | 'server' | 'rejected' | 'auth' | 'aborted' | 'not_durable' | 'unknown_operation' | 'operation_under_way' | 'operation_attempted' | 'unknown_chat';

/** What each error code means and what to do next. */
export const ERROR_TEXT: Record<ErrorCode, string> = {
  "environment": "There is no IndexedDB or WebAssembly here; call openLarder in a browser, not while rendering on a server.",
  "argument": "An argument has the wrong shape; the path names it.",
  "closed": "This larder was closed; open a new one.",
  "newer_version": "The database was written by a newer version of the package; reload the page to get that version. Nothing was touched.",
  "open_blocked": "Another tab keeps an older version of the database open; close or reload the other tabs of this site.",
  "open_timeout": "The database did not open in time, most likely because of a frozen tab; close other tabs of this site and reload.",
  "storage": "The browser's storage failed; the write was not made. It is tried again after the database has been reopened.",
  "set_aside": "An event could not be stored three times and was set aside; the reason is in the message.",
  "core": "The core stopped; it is started again from what is stored.",
  "no_memory": "The core ran out of memory; it is started again from what is stored.",
  "bad_event": "An event could not be read; this is a defect of the caller.",
  "field_missing": "A required field is missing.",
  "field_type": "A field has the wrong type.",
  "field_range": "A number is out of its range.",
  "field_length": "A text is too short or too long.",
  "field_format": "A text has the wrong format.",
  "field_enum": "A value is none of those allowed.",
  "record_utf8": "A record is not valid UTF-8.",
  "record_syntax": "A record is not valid JSON.",
  "record_depth": "A record is nested too deeply.",
  "request_mismatch": "A record belongs to another chat than the one asked for.",
  "sequence_conflict": "Two messages claim one sequence number; the first was kept.",
  "id_conflict": "One message id is used twice; the first was kept.",
  "body_syntax": "The server's answer is not the JSON that was expected; check the address and the transport.",
  "covers_mismatch": "The server's page claims a range that does not fit the question or its messages.",
  "page_order": "The messages of the server's page are not in the order of their sequence numbers; they were sorted.",
  "cursor_repeated": "The server says that there are more chats but gives no new cursor; the rest is asked for at the next sync.",
  "sequence_regressed": "The server's last sequence is below what was received before; what is stored was kept.",
  "offline": "There is no network; what is stored can be read, the rest follows by itself once online.",
  "network": "The server could not be reached; it is tried again by itself.",
  "timeout": "The server did not answer in time; it is tried again by itself.",
  "rate_limited": "The server asks to slow down; it is tried again by itself.",
  "server": "The server failed; it is tried again by itself.",
  "rejected": "The server refused the request; its reason is in the message.",
  "auth": "The server wants new credentials; supply them through the credentials callback.",
  "aborted": "The caller aborted.",
  "not_durable": "The browser's storage failed, so the message could not be kept; keep its text and send it again.",
  "unknown_operation": "No such operation is waiting; it was sent or cancelled meanwhile.",
  "operation_under_way": "The operation is being sent at this moment; try again when its attempt has ended.",
  "operation_attempted": "The message may have arrived already, so it can't be changed here; edit it once it is sent, or cancel it.",
  "unknown_chat": "No such chat is known; it is listed after the next sync if the user has access."
};

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
}

export interface SyncPosition {
  key: string;
  chatsCursor: string | null;
  upgradedFrom?: number;
  sealed?: boolean;
  blocks?: boolean;
}

/** One object store as IndexedDB is to have it; `since` is the database version that added it. */
export interface StoreSchema {
  name: string;
  keyPath: string | string[];
  since: number;
  indexes: { name: string; keyPath: string | string[]; unique: boolean }[];
}

export const STORES: StoreSchema[] = [
  {
    "name": "messages",
    "keyPath": "id",
    "since": 1,
    "indexes": [
      {
        "name": "by_request",
        "keyPath": "requestId",
        "unique": false
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
        "keyPath": "_cachedAt",
        "unique": false
      }
    ]
  },
  {
    "name": "chat_meta",
    "keyPath": "requestId",
    "since": 1,
    "indexes": [
      {
        "name": "by_last_accessed",
        "keyPath": "lastAccessedAt",
        "unique": false
      }
    ]
  },
  {
    "name": "media_meta",
    "keyPath": "id",
    "since": 3,
    "indexes": [
      {
        "name": "by_request",
        "keyPath": "requestId",
        "unique": false
      },
      {
        "name": "by_last_accessed",
        "keyPath": "lastAccessedAt",
        "unique": false
      },
      {
        "name": "by_status",
        "keyPath": "downloadStatus",
        "unique": false
      }
    ]
  },
  {
    "name": "media_blobs",
    "keyPath": "key",
    "since": 3,
    "indexes": [
      {
        "name": "by_last_accessed",
        "keyPath": "lastAccessedAt",
        "unique": false
      }
    ]
  },
  {
    "name": "offline_queue",
    "keyPath": "id",
    "since": 3,
    "indexes": [
      {
        "name": "by_status",
        "keyPath": "status",
        "unique": false
      },
      {
        "name": "by_created",
        "keyPath": "createdAt",
        "unique": false
      },
      {
        "name": "by_next_retry",
        "keyPath": "nextRetryAt",
        "unique": false
      }
    ]
  },
  {
    "name": "cache_stats",
    "keyPath": "key",
    "since": 3,
    "indexes": []
  },
  {
    "name": "message_blocks",
    "keyPath": [
      "requestId",
      "firstSequence"
    ],
    "since": 4,
    "indexes": []
  }
];
