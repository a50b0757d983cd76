/** Databases as versions 1 and 2 of the app and 3 of the package left them (spec/1, "Version History"). */
import { openRaw, putRows } from './database.js';
import { makeMessage, uuid, type ServerMessage } from './fake-server.js';

/** A message as an older version stored it. */
export function oldRow(message: ServerMessage): Record<string, unknown> {
  return { ...message, status: 'sent', _cachedAt: 1_700_000_000_000, _syncVersion: 4 };
}

export function oldMeta(chat: number, fields: object = {}): Record<string, unknown> {
  return {
    requestId: uuid(1, chat),
    lastSyncedSequence: 0,
    lastSyncedAt: 1_700_000_000_000,
    totalMessageCount: 0,
    knownGaps: [],
    unreadCount: 0,
    lastReadSequence: 0,
    lastReadAt: null,
    messageCount: 0,
    mediaSize: 0,
    lastAccessedAt: 1_700_000_000_000,
    serverRevision: 'from-then',
    ...fields,
  };
}

function createVersion1(db: IDBDatabase): void {
  const messages = db.createObjectStore('messages', { keyPath: 'id' });
  messages.createIndex('by_request', 'requestId');
  messages.createIndex('by_request_sequence', ['requestId', 'sequenceNumber'], { unique: true });
  messages.createIndex('by_cached_at', '_cachedAt');
  const meta = db.createObjectStore('chat_meta', { keyPath: 'requestId' });
  meta.createIndex('by_last_accessed', 'lastAccessedAt');
}

function createVersion2(db: IDBDatabase): void {
  createVersion1(db);
  const tickets = db.createObjectStore('tickets', { keyPath: 'ticketId' });
  tickets.createIndex('by_state', 'state');
  db.createObjectStore('ticket_meta', { autoIncrement: true });
}

/** As the package created it before there were blocks. */
export function createVersion3(db: IDBDatabase): void {
  createVersion1(db);
  const create = (name: string, keyPath: string, indexes: Record<string, string>) => {
    const store = db.createObjectStore(name, { keyPath });
    for (const [index, path] of Object.entries(indexes)) store.createIndex(index, path);
  };
  create('media_meta', 'id', {
    by_request: 'requestId',
    by_last_accessed: 'lastAccessedAt',
    by_status: 'downloadStatus',
  });
  create('media_blobs', 'key', { by_last_accessed: 'lastAccessedAt' });
  create('offline_queue', 'id', {
    by_status: 'status',
    by_created: 'createdAt',
    by_next_retry: 'nextRetryAt',
  });
  create('cache_stats', 'key', {});
}

export const tickets = [
  { ticketId: 1, state: 'open', tags: ['a', 'b'], due: new Date(0) },
  { ticketId: 2, state: 'closed', attachment: new Uint8Array([1, 2, 3]) },
];

/**
 * Writes an old database; its chats have their messages 1 to 30 with a position that says so, unless told.
 */
export async function writeOldDatabase(
  name: string,
  version: 1 | 2,
  messages: Record<string, unknown>[] = oldHistory(0, 30),
  meta: Record<string, unknown>[] = [oldMeta(0, { lastSyncedSequence: 30, messageCount: 30 })],
): Promise<void> {
  const db = await openRaw(name, version, version === 1 ? createVersion1 : createVersion2);
  db.close();
  await putRows(name, 'messages', messages);
  await putRows(name, 'chat_meta', meta);
  if (version === 1) return;
  await putRows(name, 'tickets', tickets);
  const again = await openRaw(name);
  const transaction = again.transaction('ticket_meta', 'readwrite');
  transaction.objectStore('ticket_meta').put({ cursor: 'abc' });
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  again.close();
}

export function oldHistory(chat: number, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => oldRow(makeMessage(chat, i + 1)));
}
