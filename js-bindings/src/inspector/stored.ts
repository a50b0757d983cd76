import type { Larder } from '../client.js';
import * as LIMITS from '../gen/limits.js';
import {
  STORES,
  type CachedMediaMeta,
  type CachedMessage,
  type ChatSyncState,
  type MessageBlock,
  type OfflineOperation,
} from '../gen/schema.js';
import { storedBytes, type LarderStats } from '../stats.js';

/** How much one object store has. */
export interface StoreSize {
  store: string;
  count: number;
  /** What its rows take as text or bytes; the browser's own figure is another. */
  bytes: number;
  /** Some of them were measured, and the others are taken to be like these. */
  estimated: boolean;
}

/** Everything but the messages themselves, as it was at one moment. */
export interface Stored {
  at: number;
  stats: LarderStats;
  stores: StoreSize[];
  chats: ChatSyncState[];
  outbox: OfflineOperation[];
  media: CachedMediaMeta[];
}

/** A stretch of a chat as it is stored. */
export interface StoredStretch {
  from: number;
  to: number;
  count: number;
  bytes: number;
}

/** The messages of a chat as they are stored: blocks, and what lies in rows beside them. */
export interface StoredChat {
  /** Records of many messages. */
  blocks: StoredStretch[];
  /** Messages with a row of their own. */
  rows: CachedMessage[];
}

/** Rows of a store that are measured. */
const MEASURED_MAX = 500;
const encoder = new TextEncoder();

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Reads what is stored; no message and no file is read for it but a sample of rows. */
export async function readStored(larder: Larder): Promise<Stored> {
  const stats = await larder.stats();
  const names = STORES.map(({ name }) => name);
  const [chats, outbox, media, counts, samples] = await larder.read((db) => askForAll(db, names));
  const sizes = new Map(names.map((name, i) => [name, sizeOf(name, counts[i]!, samples[i]!)]));
  measure(sizes, stats, chats, media);
  outbox.sort((a, b) => a.createdAt - b.createdAt);
  return { at: Date.now(), stats, stores: [...sizes.values()], chats, outbox, media };
}

function askForAll(db: IDBDatabase, names: string[]) {
  const transaction = db.transaction(names, 'readonly');
  const all = <T>(name: string) => answered(transaction.objectStore(name).getAll() as IDBRequest<T[]>);
  return Promise.all([
    all<ChatSyncState>('chat_meta'),
    all<OfflineOperation>('offline_queue'),
    all<CachedMediaMeta>('media_meta'),
    Promise.all(names.map((name) => answered(transaction.objectStore(name).count()))),
    Promise.all(names.map((name) => sample(transaction.objectStore(name)))),
  ]);
}

/** Of blocks and bytes of files none are read: their sizes are known. */
function sample(store: IDBObjectStore): Promise<unknown[]> {
  if (store.name === 'message_blocks' || store.name === 'media_blobs') return Promise.resolve([]);
  return answered(store.getAll(null, MEASURED_MAX));
}

function sizeOf(name: string, count: number, rows: unknown[]): StoreSize {
  const measured = rows.reduce<number>((sum, row) => sum + textBytes(row), 0);
  const estimated = count > rows.length;
  const bytes = rows.length ? Math.round((measured * count) / rows.length) : 0;
  return { store: name, count, bytes, estimated };
}

function measure(
  sizes: Map<string, StoreSize>,
  stats: LarderStats,
  chats: ChatSyncState[],
  media: CachedMediaMeta[],
): void {
  const rows = sizes.get('messages')!;
  const inAll = chats.reduce((sum, { messageBytes = 0 }) => sum + messageBytes, 0) || stats.messagesSize;
  const blocks = sizes.get('message_blocks')!;
  const inBlocks = blocks.count ? Math.max(0, inAll - rows.bytes) : 0;
  Object.assign(blocks, { bytes: inBlocks, estimated: rows.count > 0 && blocks.count > 0 });
  const files = media.filter(({ localBlobKey }) => !localBlobKey?.startsWith('f-'));
  const bytes = files.reduce((sum, meta) => sum + storedBytes(meta), 0);
  Object.assign(sizes.get('media_blobs')!, { bytes, estimated: false });
}

function textBytes(row: unknown): number {
  return encoder.encode(JSON.stringify(row)).byteLength;
}

/** The blocks and rows of one chat. Its blocks are read for it, which of a very large one takes a moment. */
export async function readStoredChat(larder: Larder, requestId: string): Promise<StoredChat> {
  const [rows, blocks] = await larder.read((db) => askForChat(db, requestId));
  return { blocks: blocks.map(stretchOf), rows: rows as CachedMessage[] };
}

function askForChat(db: IDBDatabase, requestId: string) {
  const transaction = db.transaction(['messages', 'message_blocks'], 'readonly');
  const chat = IDBKeyRange.bound([requestId], [requestId, []]);
  const rows = transaction.objectStore('messages').index('by_request_sequence').getAll(chat);
  return Promise.all([answered(rows), readBlocks(transaction, requestId)]);
}

/** Blocks that are in memory at once. */
const BLOCKS_AT_ONCE = 64;

/** The blocks of one chat, or of all, one after the other. */
async function readBlocks(transaction: IDBTransaction, requestId: string): Promise<MessageBlock[]> {
  const store = transaction.objectStore('message_blocks');
  const found: MessageBlock[] = [];
  const end = [requestId, []];
  let range = IDBKeyRange.bound([requestId], end);
  for (;;) {
    const some = (await answered(store.getAll(range, BLOCKS_AT_ONCE))) as MessageBlock[];
    for (const { data: _, ...head } of some) found.push(head as MessageBlock);
    if (some.length < BLOCKS_AT_ONCE) return found;
    range = IDBKeyRange.bound([requestId, some.at(-1)!.firstSequence], end, true);
  }
}

function stretchOf({ firstSequence, lastSequence, count, bytes }: MessageBlock): StoredStretch {
  return { from: firstSequence, to: lastSequence, count, bytes };
}

/** Whether a row waits to be sent: it has a number that no server gave. */
export function isUnsent({ sequenceNumber }: CachedMessage): boolean {
  return sequenceNumber >= LIMITS.provisionalSequenceMin;
}
