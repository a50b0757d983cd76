import type { CachedMessage, ChatSyncState, Gap, ServerChat } from './gen/schema.js';
import { LIMITS } from './gen/schema.js';

/** A chat as the list shows it, from its `chat_meta` row. */
export interface ChatSummary {
  requestId: string;
  title: string | null;
  lastActivityAt: string | null;
  lastMessage: ServerChat['lastMessage'];
  unreadCount: number;
  totalMessageCount: number;
  /** Messages that are on this device. */
  messageCount: number;
  lastSyncedSequence: number;
  lastReadSequence: number;
  lastAccessedAt: number;
  knownGaps: Gap[];
  /** The server's record of the chat as it came, with whatever fields the server adds. */
  server: ServerChat | null;
}

/** What is stored of one stretch of a chat. */
export interface StoredPage {
  /** Ascending; messages not yet sent come last. */
  messages: CachedMessage[];
  /** Holes inside the page or directly below it, ascending. */
  gaps: Gap[];
  chat: ChatSummary | null;
}

/**
 * Reads the newest `limit` messages below `before` straight from IndexedDB, without the core: one read-only
 * transaction, one key range.
 */
export function readPage(
  db: IDBDatabase,
  requestId: string,
  limit: number,
  before?: number,
): Promise<StoredPage> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(['messages', 'chat_meta'], 'readonly');
    const index = transaction.objectStore('messages').index('by_request_sequence');
    const meta = transaction.objectStore('chat_meta').get(requestId) as IDBRequest<ChatSyncState | undefined>;
    const take = (messages: CachedMessage[]) => resolve(pageOf(messages, meta.result, limit, before));
    if (hasReverseReads(index)) readNewest(index, requestId, limit, before, take);
    else
      meta.onsuccess = () =>
        readDownwards(index, requestId, limit, before, meta.result?.lastSyncedSequence, take);
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * IndexedDB 3.0's `getAllRecords`, which reads backwards; not yet in TypeScript's library nor in every
 * engine.
 */
interface ReverseReads {
  getAllRecords(options: {
    query: IDBKeyRange;
    count: number;
    direction: 'prev';
  }): IDBRequest<{ value: CachedMessage }[]>;
}

function hasReverseReads(index: unknown): index is ReverseReads {
  return typeof (index as Partial<ReverseReads>).getAllRecords === 'function';
}

function rangeOf(requestId: string, from: number, before: number): IDBKeyRange {
  return IDBKeyRange.bound([requestId, from], [requestId, before], false, true);
}

function readNewest(
  index: ReverseReads,
  requestId: string,
  count: number,
  before: number | undefined,
  take: (rows: CachedMessage[]) => void,
): void {
  const query = rangeOf(requestId, 0, before ?? Number.MAX_SAFE_INTEGER);
  const request = index.getAllRecords({ query, count, direction: 'prev' });
  request.onsuccess = () => take(request.result.map(({ value }) => value).reverse());
}

/**
 * Without reverse reads: windows of sequence numbers, downwards, each twice as wide as the one before,
 * because `getAll` of a window is many times faster than a cursor.
 */
function readDownwards(
  index: IDBIndex,
  requestId: string,
  limit: number,
  before: number | undefined,
  lastSynced: number | undefined,
  take: (rows: CachedMessage[]) => void,
): void {
  let found: CachedMessage[] = [];
  const readWindow = (from: number, to: number, width: number) => {
    const request = index.getAll(rangeOf(requestId, from, to)) as IDBRequest<CachedMessage[]>;
    request.onsuccess = () => {
      found = request.result.concat(found);
      if (found.length >= limit || from === 0) return take(found.slice(-limit));
      readWindow(Math.max(0, from - width), from, width * 2);
    };
  };
  const bound = before ?? Number.MAX_SAFE_INTEGER;
  const synced = (lastSynced ?? 0) + 1;
  // First everything above what is synced: messages that were not sent yet, usually none.
  if (synced < bound) readWindow(synced, bound, limit);
  else readWindow(Math.max(0, bound - limit), bound, limit * 2);
}

function pageOf(
  messages: CachedMessage[],
  row: ChatSyncState | undefined,
  limit: number,
  before: number | undefined,
): StoredPage {
  const oldest = messages.length < limit ? 1 : (messages[0]?.sequenceNumber ?? 1);
  const top = before ?? LIMITS.provisionalSequenceMin;
  const gaps = (row?.knownGaps ?? []).filter(
    ({ startSeq, endSeq }) => endSeq >= oldest - 1 && startSeq < top,
  );
  return { messages, gaps, chat: row ? summaryOf(row) : null };
}

/** Reads the chat list, newest activity first. */
export function readChats(db: IDBDatabase, limit: number): Promise<ChatSummary[]> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction('chat_meta', 'readonly');
    const request = transaction.objectStore('chat_meta').getAll() as IDBRequest<ChatSyncState[]>;
    request.onsuccess = () => resolve(newestFirst(request.result.map(summaryOf)).slice(0, limit));
    transaction.onabort = () => reject(transaction.error);
  });
}

function newestFirst(chats: ChatSummary[]): ChatSummary[] {
  const activity = new Map(chats.map((chat) => [chat, Date.parse(chat.lastActivityAt ?? '') || 0]));
  return chats.sort((a, b) => (activity.get(b) ?? 0) - (activity.get(a) ?? 0));
}

function summaryOf(row: ChatSyncState): ChatSummary {
  const server = row.chat ?? null;
  return {
    requestId: row.requestId,
    title: server?.title ?? null,
    lastActivityAt: server?.lastActivityAt ?? null,
    lastMessage: server?.lastMessage ?? null,
    unreadCount: row.unreadCount ?? 0,
    totalMessageCount: row.totalMessageCount ?? 0,
    messageCount: row.messageCount ?? 0,
    lastSyncedSequence: row.lastSyncedSequence ?? 0,
    lastReadSequence: row.lastReadSequence ?? 0,
    lastAccessedAt: row.lastAccessedAt ?? 0,
    knownGaps: row.knownGaps ?? [],
    server,
  };
}
