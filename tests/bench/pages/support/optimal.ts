/**
 * Hand-written optimal IndexedDB with a row per message: the pages are parsed, and all rows go into one
 * relaxed transaction without a handler per request; chats' rows and positions in the same transaction.
 */
import type { ServerMessage } from './messages.js';
import { transactionDone } from './idb.js';

interface MessagesPage {
  requestId: string;
  messages: ServerMessage[];
  lastSequence: number;
  revision: string;
  totalMessageCount: number;
  unreadCount: number;
  lastReadSequence: number;
}

const decoder = new TextDecoder();

function parse<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes)) as T;
}

function chatRow(page: MessagesPage, chat: object, now: number): object {
  return {
    requestId: page.requestId,
    lastSyncedSequence: page.lastSequence,
    lastSyncedAt: now,
    totalMessageCount: page.totalMessageCount,
    knownGaps: [],
    unreadCount: page.unreadCount,
    lastReadSequence: page.lastReadSequence,
    lastReadAt: null,
    messageCount: page.messages.length,
    mediaSize: 0,
    lastAccessedAt: 0,
    serverRevision: page.revision,
    chat,
  };
}

/** Writes a list page and a messages page of each chat; resolves when all is committed. */
export function ingest(db: IDBDatabase, list: Uint8Array, pages: Uint8Array[]): Promise<void> {
  const now = Date.now();
  const { chats, cursor } = parse<{ chats: { requestId: string }[]; cursor: string }>(list);
  const chatById = new Map(chats.map((chat) => [chat.requestId, chat]));
  const stores = ['messages', 'chat_meta', 'cache_stats'];
  const transaction = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
  const messages = transaction.objectStore('messages');
  const meta = transaction.objectStore('chat_meta');
  for (const bytes of pages) {
    const page = parse<MessagesPage>(bytes);
    for (const message of page.messages) {
      message['status'] = 'sent';
      message['_cachedAt'] = now;
      message['_syncVersion'] = 1;
      messages.put(message);
    }
    meta.put(chatRow(page, chatById.get(page.requestId)!, now));
  }
  transaction.objectStore('cache_stats').put({ key: 'sync', chatsCursor: cursor });
  const done = transactionDone(transaction);
  transaction.commit();
  return done;
}
