/**
 * Hand-written optimal IndexedDB with a row per message: the pages are parsed, and all rows go into one
 * relaxed transaction without a handler per request; chats' rows and positions in the same transaction.
 */
import { transactionDone } from './idb.js';
import type { ServerMessage } from './messages.js';
import { parse, type ListPage, type MessagesPage } from './pages.js';

export type ChatRow = ReturnType<typeof chatRow>;

export function chatRow(page: MessagesPage, chat: object, now: number) {
  return {
    requestId: page.requestId,
    lastSyncedSequence: page.lastSequence,
    lastSyncedAt: now,
    totalMessageCount: page.totalMessageCount,
    knownGaps: [] as object[],
    unreadCount: page.unreadCount,
    lastReadSequence: page.lastReadSequence,
    lastReadAt: null as number | null,
    messageCount: page.messages.length,
    mediaSize: 0,
    lastAccessedAt: 0,
    serverRevision: page.revision,
    chat,
  };
}

/** Adds what a store has of a message besides. */
export function asRow(message: ServerMessage, now: number): ServerMessage {
  message['status'] = 'sent';
  message['_cachedAt'] = now;
  message['_syncVersion'] = 1;
  return message;
}

/** Writes a list page and a messages page of each chat; resolves when all is committed. */
export function ingest(db: IDBDatabase, list: Uint8Array, pages: Uint8Array[]): Promise<void> {
  const now = Date.now();
  const { chats, cursor } = parse<ListPage>(list);
  const chatById = new Map(chats.map((chat) => [chat.requestId, chat]));
  const stores = ['messages', 'chat_meta', 'cache_stats'];
  const transaction = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
  const messages = transaction.objectStore('messages');
  const meta = transaction.objectStore('chat_meta');
  for (const bytes of pages) {
    const page = parse<MessagesPage>(bytes);
    for (const message of page.messages) messages.put(asRow(message, now));
    meta.put(chatRow(page, chatById.get(page.requestId)!, now));
  }
  transaction.objectStore('cache_stats').put({ key: 'sync', chatsCursor: cursor });
  const done = transactionDone(transaction);
  transaction.commit();
  return done;
}

/**
 * Writes messages that came one by one in one transaction, and the rows of their chats once; the rows are
 * kept in memory and changed in place.
 */
export function ingestLive(
  db: IDBDatabase,
  chatRows: Map<string, ChatRow>,
  arrived: Uint8Array[],
): Promise<void> {
  const now = Date.now();
  const transaction = db.transaction(['messages', 'chat_meta'], 'readwrite', { durability: 'relaxed' });
  const messages = transaction.objectStore('messages');
  const moved = new Set<ChatRow>();
  for (const bytes of arrived) {
    const message = parse<ServerMessage>(bytes);
    messages.put(asRow(message, now));
    const row = chatRows.get(message.requestId)!;
    row.lastSyncedSequence = row.totalMessageCount = message.sequenceNumber;
    row.messageCount += 1;
    moved.add(row);
  }
  const meta = transaction.objectStore('chat_meta');
  for (const row of moved) meta.put(row);
  const done = transactionDone(transaction);
  transaction.commit();
  return done;
}
