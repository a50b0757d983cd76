import type {
  CachedMessage,
  ChatSyncState,
  Gap,
  Layout,
  OfflineOperation,
  ServerChat,
} from './gen/schema.js';
import * as LIMITS from './gen/limits.js';
import { TOP } from './newest.js';
import {
  mayHaveRows,
  readRows,
  readStretch,
  storedBlocks,
  type BlocksToRead,
  type Damage,
  type RowsToRead,
  type Stretch,
} from './page.js';
import { abortOf, readAll, type ReadAll } from './values.js';

/** A chat as the list shows it, from its `chat_meta` row. */
export interface ChatSummary {
  /** The chat, a UUID. */
  requestId: string;
  /** As the server has it. */
  title: string | null;
  /** The server's, or that of the last message written here if that is later. */
  lastActivityAt: string | null;
  /** The server's, or the last one that was written here if that is later. */
  lastMessage: ServerChat['lastMessage'];
  /** Follows `markRead` at once; otherwise as the server says. */
  unreadCount: number;
  /** That the server has. */
  totalMessageCount: number;
  /** Messages that are on this device. */
  messageCount: number;
  /** Up to which messages have been fetched, but for the gaps; 0: none. */
  lastSyncedSequence: number;
  /** Up to which the user has read, here or elsewhere. */
  lastReadSequence: number;
  /** Messages written here that the server doesn't have yet, those that failed included. */
  unsentCount: number;
  /** When it was opened last on this device, in milliseconds since 1970. */
  lastAccessedAt: number;
  /** Everything that is missing of it, ascending. */
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
  /** The chat itself; null when it isn't known. */
  chat: ChatSummary | null;
}

/** What is in memory of a chat (recent.ts). */
export interface Remembered {
  /** Its row, where that is known to be as stored, and nothing of the chat lies in rows. */
  row: ChatSyncState | null;
  /** The blocks that go with it; `miss` is called instead where they can't be had so. */
  blocks(db: IDBDatabase, miss: () => void): BlocksToRead;
  /** Puts blocks in memory before those of the store; the request is the one for the chat's row. */
  before(
    transaction: IDBTransaction,
    blocks: BlocksToRead,
    meta: IDBRequest<ChatSyncState | undefined>,
  ): BlocksToRead;
}

/**
 * Reads the newest `limit` messages below `before`, without the core: from memory, or straight from IndexedDB
 * in one read-only transaction, the chat's position and its newest blocks at once, and rows where there may
 * be any.
 *
 * A block that is damaged is left out, its range counts as a hole, and `onDamage` is told.
 */
export function readPage(
  db: IDBDatabase,
  requestId: string,
  limit: number,
  before: number | undefined,
  layout: Layout,
  onDamage: (damage: Damage) => void,
  memory?: Remembered,
): Promise<StoredPage> {
  const below = before ?? TOP;
  return new Promise((resolve, reject) => {
    const end = (stretch: Stretch, row: ChatSyncState | undefined) => {
      resolve(pageOf(stretch, row, limit, before));
      stretch.damaged.forEach(onDamage);
    };
    const row = memory?.row;
    if (row) {
      const rest = { ...memory, row: null };
      const miss = () => resolve(readPage(db, requestId, limit, before, layout, onDamage, rest));
      return readStretch(limit, below, noRows, memory.blocks(db, miss), (stretch) => end(stretch, row));
    }
    const transaction = db.transaction(['messages', 'message_blocks', 'chat_meta'], 'readonly');
    const meta = transaction.objectStore('chat_meta').get(requestId) as IDBRequest<ChatSyncState | undefined>;
    const rows: RowsToRead = (take) => {
      const look = () => readRows(transaction, requestId, limit, below, take);
      if (layout === 'rows') look();
      else meta.addEventListener('success', () => (mayHaveRows(meta.result) ? look() : noRows(take)));
    };
    // The position was asked for first, so it is there when the rest is.
    const stored = storedBlocks(transaction, requestId);
    const blocks = memory?.before(transaction, stored, meta) ?? stored;
    readStretch(limit, below, rows, blocks, (stretch) => end(stretch, meta.result));
    transaction.onabort = () => reject(abortOf(transaction));
  });
}

const noRows: RowsToRead = (take) => take([]);

function pageOf(
  { messages, damaged }: Stretch,
  row: ChatSyncState | undefined,
  limit: number,
  before: number | undefined,
): StoredPage {
  const oldest = messages.length < limit ? 1 : (messages[0]?.sequenceNumber ?? 1);
  const top = before ?? LIMITS.provisionalSequenceMin;
  const gaps = withDamage(row?.knownGaps ?? [], damaged).filter(
    ({ startSeq, endSeq }) => endSeq >= oldest - 1 && startSeq < top,
  );
  return { messages, gaps, chat: row ? summaryOf(row) : null };
}

/** Until the core has heard of it, what is damaged is a hole that only the reader knows of. */
function withDamage(gaps: Gap[], damaged: Damage[]): Gap[] {
  if (!damaged.length) return gaps;
  const unknown = damaged.filter(
    ({ firstSequence, lastSequence }) =>
      !gaps.some(({ startSeq, endSeq }) => startSeq <= firstSequence && endSeq >= lastSequence),
  );
  const holes = unknown.map(({ firstSequence: startSeq, lastSequence: endSeq }) => {
    return { startSeq, endSeq, detectedAt: Date.now(), stale: true };
  });
  return [...gaps, ...holes].sort((a, b) => a.startSeq - b.startSeq);
}

/** Reads the chat list, newest activity first. */
export async function readChats(db: IDBDatabase, limit: number, all: ReadAll): Promise<ChatSummary[]> {
  const rows = await readStore<ChatSyncState>(db, 'chat_meta', all);
  return newestFirst(rows.map(summaryOf)).slice(0, limit);
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
    lastActivityAt: laterOf(server?.lastActivityAt ?? null, row.unsent?.lastAt),
    lastMessage: server?.lastMessage ?? null,
    unreadCount: row.unreadCount ?? 0,
    totalMessageCount: row.totalMessageCount ?? 0,
    messageCount: row.messageCount ?? 0,
    lastSyncedSequence: row.lastSyncedSequence ?? 0,
    lastReadSequence: row.lastReadSequence ?? 0,
    unsentCount: row.unsent?.count ?? 0,
    lastAccessedAt: row.lastAccessedAt ?? 0,
    knownGaps: row.knownGaps ?? [],
    server,
  };
}

function laterOf(activity: string | null, writtenAt = 0): string | null {
  return writtenAt > (Date.parse(activity ?? '') || 0) ? new Date(writtenAt).toISOString() : activity;
}

/** Reads the outbox, in the order in which it was written. */
export async function readOutbox(db: IDBDatabase, all = readAll): Promise<OfflineOperation[]> {
  return (await readStore<OfflineOperation>(db, 'offline_queue', all)).sort(byTime);
}

function readStore<T>(db: IDBDatabase, name: string, all: ReadAll): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(name, 'readonly');
    all(transaction.objectStore(name), null, resolve);
    transaction.onabort = () => reject(abortOf(transaction));
  });
}

function byTime(a: OfflineOperation, b: OfflineOperation): number {
  return a.createdAt - b.createdAt || (a.sequenceNumber ?? 0) - (b.sequenceNumber ?? 0);
}
