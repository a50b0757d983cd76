/* Generated from wasm/schema.json by js-bindings/scripts/generate.mjs; do not edit. */
#include "schema.h"

const char *const message_status_names[] = {
    "pending",
    "sent",
    "failed",
    NULL,
};

const char *const chat_state_names[] = {
    "INITIAL",
    "SYNCING",
    "SYNCED",
    "STALE",
    "RESYNCING",
    "FAILED",
    "GAP_DETECTED",
    "EXPIRED",
    NULL,
};

const char *const connection_names[] = {
    "online",
    "offline",
    NULL,
};

const char *const durability_names[] = {
    "relaxed",
    "strict",
    NULL,
};

const char *const layout_names[] = {
    "rows",
    "blocks",
    NULL,
};

const char *const event_type_names[] = {
    "hydrate",
    "rows",
    "block",
    "connectivity",
    "credentials",
    "deadline",
    "signal",
    "reply",
    "open",
    "close",
    "sync",
    "fill",
    "touch",
    "read",
    "damaged",
    "send",
    "retry",
    "retryAll",
    "cancel",
    "edit",
    "mediaGet",
    "mediaForget",
    "mediaTouch",
    "mediaPin",
    "mediaPriority",
    "mediaPrefetch",
    "mediaDelete",
    "mediaEvict",
    "mediaFiles",
    "limits",
    "quotaExceeded",
    "repair",
    NULL,
};

const char *const call_method_names[] = {
    "fetchChats",
    "fetchMessages",
    "subscribe",
    "sendMessage",
    "markRead",
    "fetchMedia",
    "makeThumbnail",
    "estimateStorage",
    "deleteFiles",
    "abortCall",
    NULL,
};

const char *const signal_type_names[] = {
    "chat",
    "chats",
    "connection",
    "auth",
    "error",
    "outbox",
    "media",
    "quota",
    NULL,
};

const char *const download_status_names[] = {
    "pending",
    "downloading",
    "completed",
    "failed",
    NULL,
};

const char *const media_priority_names[] = {
    "low",
    "normal",
    "high",
    NULL,
};

const char *const quota_level_names[] = {
    "normal",
    "low",
    "critical",
    NULL,
};

const char *const blob_place_names[] = {
    "database",
    "files",
    NULL,
};

const char *const operation_type_names[] = {
    "send_message",
    "mark_read",
    NULL,
};

const char *const operation_status_names[] = {
    "pending",
    "syncing",
    "completed",
    "failed",
    NULL,
};

const char *const error_code_names[] = {
    "none",
    "environment",
    "argument",
    "closed",
    "newer_version",
    "open_blocked",
    "open_timeout",
    "storage",
    "storage_stalled",
    "data_lost",
    "unreadable",
    "set_aside",
    "core",
    "no_memory",
    "bad_event",
    "field_missing",
    "field_type",
    "field_range",
    "field_length",
    "field_format",
    "field_enum",
    "record_utf8",
    "record_syntax",
    "record_depth",
    "request_mismatch",
    "sequence_conflict",
    "id_conflict",
    "body_syntax",
    "covers_mismatch",
    "page_order",
    "cursor_repeated",
    "sequence_regressed",
    "offline",
    "network",
    "timeout",
    "rate_limited",
    "server",
    "rejected",
    "auth",
    "aborted",
    "not_durable",
    "unknown_operation",
    "operation_under_way",
    "operation_attempted",
    "media_damaged",
    "unknown_media",
    "unknown_chat",
    NULL,
};

static const field_rule sender_fields[] = {
    {.name = "id", .type = FIELD_STRING, .required = true, .min = 1LL, .max = 256LL},
    {.name = "username", .type = FIELD_STRING, .required = true, .max = 256LL},
    {.name = "fullName", .type = FIELD_STRING, .nullable = true, .max = 1024LL},
    {.name = "isTechnician", .type = FIELD_BOOLEAN},
};
const record_rule sender_record = {"Sender", sender_fields, 4};

static const field_rule cached_message_fields[] = {
    {.name = "id", .type = FIELD_UUID, .required = true},
    {.name = "requestId", .type = FIELD_UUID, .required = true},
    {.name = "sequenceNumber", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
    {.name = "senderId", .type = FIELD_STRING, .nullable = true, .max = 256LL, .fallback = "null"},
    {.name = "sender", .type = FIELD_OBJECT, .nullable = true, .record = &sender_record, .fallback = "null"},
    {.name = "content", .type = FIELD_STRING, .required = true, .min = 1LL, .max = 10000LL},
    {.name = "createdAt", .type = FIELD_MOMENT, .required = true},
    {.name = "updatedAt", .type = FIELD_MOMENT, .nullable = true, .fallback = "null"},
    {.name = "isScreenshot", .type = FIELD_BOOLEAN, .fallback = "false"},
    {.name = "screenshotFileName", .type = FIELD_STRING, .nullable = true, .max = 1024LL, .fallback = "null"},
    {.name = "fileName", .type = FIELD_STRING, .nullable = true, .max = 1024LL, .fallback = "null"},
    {.name = "fileSize", .type = FIELD_INTEGER, .nullable = true, .min = 0LL, .max = 9007199254740991LL, .fallback = "null"},
    {.name = "fileMimeType", .type = FIELD_STRING, .nullable = true, .max = 256LL, .fallback = "null"},
    {.name = "isReadByCurrentUser", .type = FIELD_BOOLEAN, .fallback = "false"},
    {.name = "tempId", .type = FIELD_STRING, .max = 256LL},
    {.name = "clientTempId", .type = FIELD_STRING, .max = 256LL},
    {.name = "status", .type = FIELD_ENUM, .values = message_status_names, .fallback = "\"sent\""},
    {.name = "errorMessage", .type = FIELD_STRING, .max = 4096LL},
    {.name = "_cachedAt", .type = FIELD_INTEGER, .core = true, .max = 9007199254740991LL},
    {.name = "_syncVersion", .type = FIELD_INTEGER, .core = true, .max = 9007199254740991LL},
};
const record_rule cached_message_record = {"CachedMessage", cached_message_fields, 20};

static const field_rule gap_fields[] = {
    {.name = "startSeq", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
    {.name = "endSeq", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
    {.name = "detectedAt", .type = FIELD_INTEGER, .required = true, .max = 9007199254740991LL},
    {.name = "stale", .type = FIELD_BOOLEAN},
};
const record_rule gap_record = {"Gap", gap_fields, 4};

static const field_rule chat_preview_fields[] = {
    {.name = "id", .type = FIELD_STRING},
    {.name = "senderId", .type = FIELD_STRING, .nullable = true},
    {.name = "senderName", .type = FIELD_STRING, .nullable = true},
    {.name = "content", .type = FIELD_STRING, .nullable = true},
    {.name = "createdAt", .type = FIELD_STRING, .nullable = true},
};
const record_rule chat_preview_record = {"ChatPreview", chat_preview_fields, 5};

static const field_rule server_chat_fields[] = {
    {.name = "requestId", .type = FIELD_UUID, .required = true},
    {.name = "title", .type = FIELD_STRING, .nullable = true, .max = 1024LL},
    {.name = "lastSequence", .type = FIELD_INTEGER, .required = true, .min = 0LL, .max = 4503599627370495LL},
    {.name = "revision", .type = FIELD_STRING, .required = true, .min = 1LL, .max = 256LL},
    {.name = "unreadCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "lastReadSequence", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "totalMessageCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "lastActivityAt", .type = FIELD_MOMENT, .nullable = true},
    {.name = "lastMessage", .type = FIELD_OBJECT, .nullable = true, .record = &chat_preview_record},
};
const record_rule server_chat_record = {"ServerChat", server_chat_fields, 9};

static const field_rule unsealed_fields[] = {
    {.name = "from", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
    {.name = "to", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
    {.name = "blocks", .type = FIELD_INTEGER, .required = true, .min = 0LL, .max = 9007199254740991LL},
    {.name = "rows", .type = FIELD_BOOLEAN, .required = true},
};
const record_rule unsealed_record = {"Unsealed", unsealed_fields, 4};

static const field_rule unsent_fields[] = {
    {.name = "count", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 9007199254740991LL},
    {.name = "lastAt", .type = FIELD_INTEGER, .required = true, .max = 9007199254740991LL},
};
const record_rule unsent_record = {"Unsent", unsent_fields, 2};

static const field_rule chat_sync_state_fields[] = {
    {.name = "requestId", .type = FIELD_UUID, .required = true},
    {.name = "lastSyncedSequence", .type = FIELD_INTEGER, .min = 0LL, .max = 4503599627370495LL, .fallback = "0"},
    {.name = "lastSyncedAt", .type = FIELD_INTEGER, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "totalMessageCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "knownGaps", .type = FIELD_ARRAY, .record = &gap_record, .fallback = "[]"},
    {.name = "unreadCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "lastReadSequence", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "lastReadAt", .type = FIELD_INTEGER, .nullable = true, .max = 9007199254740991LL, .fallback = "null"},
    {.name = "messageCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "mediaSize", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "lastAccessedAt", .type = FIELD_INTEGER, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "serverRevision", .type = FIELD_STRING, .nullable = true, .max = 256LL, .fallback = "null"},
    {.name = "chat", .type = FIELD_OBJECT, .nullable = true, .record = &server_chat_record, .fallback = "null"},
    {.name = "unsealed", .type = FIELD_OBJECT, .nullable = true, .record = &unsealed_record, .fallback = "null"},
    {.name = "unsent", .type = FIELD_OBJECT, .nullable = true, .record = &unsent_record, .fallback = "null"},
    {.name = "messageBytes", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "evictedBelow", .type = FIELD_INTEGER, .min = 0LL, .max = 4503599627370495LL},
    {.name = "mediaPinned", .type = FIELD_BOOLEAN},
    {.name = "mediaPriority", .type = FIELD_ENUM, .values = media_priority_names},
    {.name = "blockChanges", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "newestBlock", .type = FIELD_INTEGER, .min = 0LL, .max = 4503599627370495LL},
};
const record_rule chat_sync_state_record = {"ChatSyncState", chat_sync_state_fields, 21};

static const field_rule cached_media_meta_fields[] = {
    {.name = "id", .type = FIELD_STRING, .required = true, .min = 38LL, .max = 1100LL},
    {.name = "requestId", .type = FIELD_UUID, .required = true},
    {.name = "messageId", .type = FIELD_STRING, .max = 256LL, .fallback = "\"\""},
    {.name = "filename", .type = FIELD_STRING, .required = true, .min = 1LL, .max = 1024LL},
    {.name = "originalFilename", .type = FIELD_STRING, .max = 1024LL},
    {.name = "mimeType", .type = FIELD_STRING, .max = 256LL, .fallback = "\"application/octet-stream\""},
    {.name = "fileSize", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "downloadStatus", .type = FIELD_ENUM, .values = download_status_names, .fallback = "\"pending\""},
    {.name = "downloadProgress", .type = FIELD_INTEGER, .min = 0LL, .max = 100LL, .fallback = "0"},
    {.name = "downloadedAt", .type = FIELD_INTEGER, .nullable = true, .max = 9007199254740991LL, .fallback = "null"},
    {.name = "sha256Hash", .type = FIELD_STRING, .nullable = true, .max = 64LL, .fallback = "null"},
    {.name = "isVerified", .type = FIELD_BOOLEAN, .fallback = "false"},
    {.name = "localBlobKey", .type = FIELD_STRING, .nullable = true, .max = 64LL, .fallback = "null"},
    {.name = "thumbnailBlobKey", .type = FIELD_STRING, .nullable = true, .max = 64LL, .fallback = "null"},
    {.name = "lastAccessedAt", .type = FIELD_INTEGER, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "isPinned", .type = FIELD_BOOLEAN, .fallback = "false"},
    {.name = "priority", .type = FIELD_ENUM, .values = media_priority_names, .fallback = "\"normal\""},
    {.name = "wanted", .type = FIELD_BOOLEAN},
    {.name = "lastError", .type = FIELD_STRING, .max = 256LL},
    {.name = "thumbnailSize", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
};
const record_rule cached_media_meta_record = {"CachedMediaMeta", cached_media_meta_fields, 20};

static const field_rule cache_stats_fields[] = {
    {.name = "key", .type = FIELD_STRING, .required = true},
    {.name = "totalSize", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "messagesSize", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "mediaSize", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "chatCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "messageCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "mediaCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "cacheHits", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "cacheMisses", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "hitRate", .type = FIELD_NUMBER, .fallback = "0"},
    {.name = "lastFullSync", .type = FIELD_INTEGER, .nullable = true, .max = 9007199254740991LL, .fallback = "null"},
    {.name = "lastDeltaSync", .type = FIELD_INTEGER, .nullable = true, .max = 9007199254740991LL, .fallback = "null"},
    {.name = "pendingOperations", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "createdAt", .type = FIELD_INTEGER, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "updatedAt", .type = FIELD_INTEGER, .max = 9007199254740991LL, .fallback = "0"},
};
const record_rule cache_stats_record = {"CacheStats", cache_stats_fields, 15};

static const field_rule send_message_payload_fields[] = {
    {.name = "content", .type = FIELD_STRING, .required = true, .min = 1LL, .max = 10000LL},
    {.name = "tempId", .type = FIELD_STRING, .required = true, .min = 1LL, .max = 256LL},
    {.name = "isScreenshot", .type = FIELD_BOOLEAN},
    {.name = "screenshotFileName", .type = FIELD_STRING, .nullable = true, .max = 1024LL},
};
const record_rule send_message_payload_record = {"SendMessagePayload", send_message_payload_fields, 4};

static const field_rule mark_read_payload_fields[] = {
    {.name = "messageIds", .type = FIELD_ARRAY, .required = true},
    {.name = "upToSequence", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
};
const record_rule mark_read_payload_record = {"MarkReadPayload", mark_read_payload_fields, 2};

static const field_rule offline_operation_fields[] = {
    {.name = "id", .type = FIELD_STRING, .required = true, .min = 1LL, .max = 256LL},
    {.name = "type", .type = FIELD_ENUM, .required = true, .values = operation_type_names},
    {.name = "requestId", .type = FIELD_UUID, .required = true},
    {.name = "payload", .type = FIELD_OBJECT, .required = true},
    {.name = "status", .type = FIELD_ENUM, .required = true, .values = operation_status_names},
    {.name = "createdAt", .type = FIELD_INTEGER, .required = true, .max = 9007199254740991LL},
    {.name = "attemptedAt", .type = FIELD_INTEGER, .nullable = true, .max = 9007199254740991LL, .fallback = "null"},
    {.name = "retryCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL, .fallback = "0"},
    {.name = "maxRetries", .type = FIELD_INTEGER, .min = 1LL, .max = 9007199254740991LL, .fallback = "5"},
    {.name = "nextRetryAt", .type = FIELD_INTEGER, .nullable = true, .max = 9007199254740991LL, .fallback = "null"},
    {.name = "lastError", .type = FIELD_STRING, .nullable = true, .fallback = "null"},
    {.name = "sequenceNumber", .type = FIELD_INTEGER, .min = 4503599627370496LL, .max = 9007199254740991LL},
    {.name = "mayHaveArrived", .type = FIELD_BOOLEAN},
};
const record_rule offline_operation_record = {"OfflineOperation", offline_operation_fields, 13};

static const field_rule read_answer_fields[] = {
    {.name = "unreadCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "lastReadSequence", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
};
const record_rule read_answer_record = {"ReadAnswer", read_answer_fields, 2};

static const field_rule chats_page_fields[] = {
    {.name = "chats", .type = FIELD_ARRAY, .required = true},
    {.name = "cursor", .type = FIELD_STRING, .nullable = true, .max = 4096LL},
    {.name = "hasMore", .type = FIELD_BOOLEAN},
};
const record_rule chats_page_record = {"ChatsPage", chats_page_fields, 3};

static const field_rule covers_fields[] = {
    {.name = "from", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
    {.name = "to", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
};
const record_rule covers_record = {"Covers", covers_fields, 2};

static const field_rule messages_page_fields[] = {
    {.name = "requestId", .type = FIELD_UUID},
    {.name = "messages", .type = FIELD_ARRAY, .required = true},
    {.name = "covers", .type = FIELD_OBJECT, .nullable = true, .record = &covers_record},
    {.name = "tombstones", .type = FIELD_ARRAY},
    {.name = "lastSequence", .type = FIELD_INTEGER, .required = true, .min = 0LL, .max = 4503599627370495LL},
    {.name = "revision", .type = FIELD_STRING, .nullable = true, .max = 256LL},
    {.name = "totalMessageCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "unreadCount", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "lastReadSequence", .type = FIELD_INTEGER, .min = 0LL, .max = 9007199254740991LL},
    {.name = "resetRequired", .type = FIELD_BOOLEAN},
};
const record_rule messages_page_record = {"MessagesPage", messages_page_fields, 10};

static const field_rule tombstone_fields[] = {
    {.name = "id", .type = FIELD_UUID, .required = true},
    {.name = "sequenceNumber", .type = FIELD_INTEGER, .required = true, .min = 1LL, .max = 4503599627370495LL},
};
const record_rule tombstone_record = {"Tombstone", tombstone_fields, 2};

static const field_rule stored_rows_fields[] = {
    {.name = "chat_meta", .type = FIELD_ARRAY, .required = true},
    {.name = "cache_stats", .type = FIELD_ARRAY, .required = true},
    {.name = "offline_queue", .type = FIELD_ARRAY},
    {.name = "media_meta", .type = FIELD_ARRAY},
};
const record_rule stored_rows_record = {"StoredRows", stored_rows_fields, 4};

static const field_rule sync_position_fields[] = {
    {.name = "key", .type = FIELD_STRING, .required = true},
    {.name = "chatsCursor", .type = FIELD_STRING, .nullable = true, .fallback = "null"},
    {.name = "upgradedFrom", .type = FIELD_INTEGER, .max = 9007199254740991LL},
    {.name = "sealed", .type = FIELD_BOOLEAN},
    {.name = "blocks", .type = FIELD_BOOLEAN},
};
const record_rule sync_position_record = {"SyncPosition", sync_position_fields, 5};
