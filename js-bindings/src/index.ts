/**
 * Chatlarder: an offline-first cache for web apps that show chats. Importing it has no side effects; see
 * `openLarder`.
 */
export { openLarder, type Capabilities, type ChangeDetail, type Larder } from './client.js';
export { type Chat, type MessagePage } from './chat.js';
export {
  ArgumentError,
  DurabilityError,
  LarderError,
  StorageError,
  TransportError,
  type ErrorDetails,
} from './errors.js';
export { type Credentials, type LarderOptions } from './options.js';
export { type Outbox } from './outbox.js';
export { type ChatSummary, type StoredPage } from './reads.js';
export { type OutgoingMessage, type SentMessage } from './sending.js';
export {
  httpTransport,
  moduleTransport,
  type ChangeSignal,
  type FetchChatsParams,
  type FetchMessagesParams,
  type HttpTransportConfig,
  type MarkReadParams,
  type ModuleTransportConfig,
  type SendMessageParams,
  type Transport,
  type TransportAnswer,
  type TransportConfig,
} from './transport.js';
export type { VerifyCode, VerifyProblem, VerifyReport } from './verify.js';
export type {
  CachedMessage,
  ChatState,
  Connection,
  ErrorCode,
  Gap,
  OfflineOperation,
  OperationStatus,
  OperationType,
  ServerChat,
} from './gen/schema.js';
