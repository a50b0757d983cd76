/**
 * Chatlarder: an offline-first cache for web apps that show chats. Importing it has no side effects; see
 * `openLarder`.
 *
 * @module chatlarder
 */
export {
  openLarder,
  type Capabilities,
  type ChangeDetail,
  type ClosedDetail,
  type ConnectionDetail,
  type DurabilityDetail,
  type Larder,
  type LarderEvents,
  type LarderTarget,
  type MediaDetail,
  type QuotaDetail,
} from './client.js';
export type { StorageState } from './access.js';
export { type Chat, type MessagePage } from './chat.js';
export {
  ArgumentError,
  DurabilityError,
  LarderError,
  StorageError,
  TransportError,
  type ErrorDetails,
} from './errors.js';
export type { Media } from './media.js';
export type { ChatSize, GetOptions, LarderStats, MediaUrl, PrefetchItem, TypeSize } from './media-calls.js';
export { type CacheLimits, type Credentials, type LarderOptions, type MediaSettings } from './options.js';
export { type Outbox } from './outbox.js';
export { type ChatSummary, type StoredPage } from './reads.js';
export { type OutgoingMessage, type SentMessage } from './sending.js';
export {
  httpTransport,
  moduleTransport,
  type ChangeSignal,
  type FetchChatsParams,
  type FetchMediaParams,
  type FetchMessagesParams,
  type HttpTransportConfig,
  type MarkReadParams,
  type MediaAnswer,
  type ModuleTransportConfig,
  type SendMessageParams,
  type Transport,
  type TransportAnswer,
  type TransportConfig,
} from './transport.js';
export type { RepairReport } from './repair.js';
export type { VerifyCode, VerifyProblem, VerifyReport } from './verify.js';
export type {
  CachedMediaMeta,
  CachedMessage,
  ChatPreview,
  ChatState,
  Connection,
  DownloadStatus,
  ErrorCode,
  Gap,
  Layout,
  MediaPriority,
  MessageStatus,
  OfflineOperation,
  OperationStatus,
  OperationType,
  QuotaLevel,
  Sender,
  ServerChat,
} from './gen/schema.js';
