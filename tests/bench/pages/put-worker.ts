/**
 * The worker of the bare put: a message that waits and its operation go into two stores in one strict
 * transaction.
 */
import type { CachedMessage, OfflineOperation } from 'chatlarder';
import { openHandWritten, transactionDone } from './support/idb.js';
import { serveCalls } from './support/rpc.js';

const PROVISIONAL_SEQUENCE_MIN = 2 ** 52;

let db: IDBDatabase;
const written = new Map<string, number>();

function messageOf(id: string, requestId: string, content: string, now: number): CachedMessage {
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

function operationOf(
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

serveCalls({
  open: async (databaseName: string) => {
    db = await openHandWritten(databaseName);
  },
  put: (requestId: string, content: string) => {
    const now = Date.now();
    const message = messageOf(crypto.randomUUID(), requestId, content, now);
    const transaction = db.transaction(['messages', 'offline_queue'], 'readwrite', { durability: 'strict' });
    transaction.objectStore('messages').put(message);
    transaction.objectStore('offline_queue').put(operationOf(message, now));
    const done = transactionDone(transaction);
    transaction.commit();
    return done;
  },
  close: () => db.close(),
});
