/** The rows of a message that waits to be sent and of its operation, as the package writes them. */
import type { CachedMessage, OfflineOperation } from 'chatlarder';

const PROVISIONAL_SEQUENCE_MIN = 2 ** 52;

const written = new Map<string, number>();

/** The next message of a chat, after all that the server has. */
export function waitingMessage(requestId: string, content: string, now: number): CachedMessage {
  const id = crypto.randomUUID();
  const number = written.get(requestId) ?? 0;
  written.set(requestId, number + 1);
  return {
    id,
    requestId,
    sequenceNumber: PROVISIONAL_SEQUENCE_MIN + number,
    senderId: 'bench',
    sender: null,
    content,
    createdAt: new Date(now).toISOString(),
    updatedAt: null,
    isScreenshot: false,
    screenshotFileName: null,
    fileName: null,
    fileSize: null,
    fileMimeType: null,
    isReadByCurrentUser: true,
    tempId: id,
    clientTempId: id,
    status: 'pending',
    _cachedAt: now,
    _syncVersion: 1,
  };
}

export function operationOf(
  { id, requestId, content, sequenceNumber }: CachedMessage,
  now: number,
): OfflineOperation {
  return {
    id,
    type: 'send_message',
    requestId,
    payload: { content, tempId: id },
    status: 'pending',
    createdAt: now,
    attemptedAt: null,
    retryCount: 0,
    maxRetries: 5,
    nextRetryAt: null,
    lastError: null,
    sequenceNumber,
  };
}
