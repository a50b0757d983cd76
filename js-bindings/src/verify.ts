import { openBlock, type BlockFault } from './blocks.js';
import * as LIMITS from './gen/limits.js';
import type { CachedMessage, ChatSyncState, MessageBlock, OfflineOperation } from './gen/schema.js';
import { readNewest, TOP, type Batch, type Sequences } from './newest.js';
import { textBytes } from './tally.js';
import { abortOf, readEach, readValues, type Readable } from './values.js';
import { verifyMedia } from './verify-media.js';

/**
 * What `larder.verify()` found wrong:
 *
 * - a block by itself: `unreadable` (the browser can't read the value), `no_data` (its data is no
 *   ArrayBuffer), `bad_json`, `bad_utf8`, `wrong_count`, `wrong_bytes`, `wrong_order` (of its messages),
 *   `wrong_range` (its first or last message has another number than it says), `wrong_chat` (a message of
 *   another chat), `too_large` (more messages or bytes than a block may have);
 * - a block among others: `overlap` (with the next one), `across_gap` (it reaches into a hole that was never
 *   fetched), `above_synced` (it lies above the chat's position), `unknown_chat` (it belongs to no chat);
 * - messages: `sequence_twice`, `id_twice` (in one chat, in two blocks or within one), `unreadable`;
 * - a chat: `message_count` (it has another number of messages than its position says);
 * - any other row: `unreadable` (`path` names its store, `id` its key, of a chat `requestId`);
 * - the outbox: `message_without_operation` (a message that waits to be sent, and nothing that would send
 *   it), `operation_without_message` (an operation that sends a message which is not shown);
 * - a file: `media_without_blob`, `thumbnail_without_blob` (its bytes aren't there, or can't be read),
 *   `media_size`, `media_hash` (they are not what was downloaded), `blob_without_media`, `file_without_media`
 *   (bytes that belong to no file, in the database or beside it);
 * - what is counted: `chat_media_size`, `chat_message_bytes` (of a chat), `wrong_stats` (of all; `path` names
 *   the member of `cache_stats`).
 */
export type VerifyCode =
  | BlockFault
  | 'unreadable'
  | 'bad_utf8'
  | 'wrong_bytes'
  | 'wrong_chat'
  | 'too_large'
  | 'overlap'
  | 'across_gap'
  | 'above_synced'
  | 'unknown_chat'
  | 'sequence_twice'
  | 'id_twice'
  | 'message_count'
  | 'message_without_operation'
  | 'operation_without_message'
  | 'media_without_blob'
  | 'thumbnail_without_blob'
  | 'media_size'
  | 'media_hash'
  | 'blob_without_media'
  | 'file_without_media'
  | 'chat_media_size'
  | 'chat_message_bytes'
  | 'wrong_stats';

/** One thing that is wrong; of a block or message with its range. */
export interface VerifyProblem {
  /** What is wrong. */
  code: VerifyCode;
  /** Of the chat, where it is of one. */
  requestId?: string;
  /** Where it begins. */
  firstSequence?: number;
  /** Where it ends. */
  lastSequence?: number;
  /** Of the message, the operation or the file. */
  id?: string;
  /** Of the bytes of a file. */
  key?: string;
  /** The store, or the member of the statistics. */
  path?: string;
  /** As something else says. */
  expected?: number;
  /** As it is. */
  found?: number;
}

/** What `larder.verify()` found. A database is sound when there are no problems. */
export interface VerifyReport {
  /** Chats with a position or with messages. */
  chats: number;
  /** Messages that a reader is shown: a row and its copy in a block count once. */
  messages: number;
  /** Records of many messages. */
  blocks: number;
  /** Messages with a row of their own. */
  rows: number;
  /** Files that are known. */
  media: number;
  /** Their bytes and thumbnails that are stored. */
  blobs: number;
  /** What is wrong. */
  problems: VerifyProblem[];
}

/** Values that are in memory at once. */
const ROWS_AT_ONCE = 512;
const BLOCKS_AT_ONCE = 8;

/**
 * Reads chat by chat, each in one transaction, so that it is seen as it is at one moment, and in pieces.
 * `check` is called before each piece and may throw.
 */
export async function verifyDatabase(db: IDBDatabase, check: () => void): Promise<VerifyReport> {
  const report: VerifyReport = {
    chats: 0,
    messages: 0,
    blocks: 0,
    rows: 0,
    media: 0,
    blobs: 0,
    problems: [],
  };
  for (const name of ['offline_queue', 'media_meta', 'cache_stats'])
    await inTransaction(db, (transaction) => reportUnreadable(transaction.objectStore(name), report));
  const queued = await inTransaction(db, waitingMessages);
  const writtenIn = new Set(queued.map(({ requestId }) => requestId));
  const stored = await inTransaction(db, (transaction) => chatIds(transaction, check));
  for (const requestId of new Set([...stored, ...writtenIn])) {
    report.chats += 1;
    await inTransaction(db, async (transaction) => {
      const chat = new ChatCheck(transaction, requestId, report, check);
      await chat.run();
      await chat.checkOutbox(writtenIn.has(requestId));
    });
  }
  await verifyMedia(db, report, check);
  return report;
}

function inTransaction<T>(db: IDBDatabase, work: (transaction: IDBTransaction) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stores = ['messages', 'message_blocks', 'chat_meta', 'offline_queue', 'media_meta', 'cache_stats'];
    const transaction = db.transaction(stores, 'readonly');
    transaction.onabort = () => reject(abortOf(transaction));
    work(transaction).then(resolve, reject);
  });
}

/** Failures end the transaction, which is heard of there. */
function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
}

/** What can be read of a store. */
function readable<T>(store: IDBObjectStore): Promise<Readable<T>> {
  return new Promise((resolve) => readValues<T>(store, null, undefined, resolve));
}

async function reportUnreadable(store: IDBObjectStore, { problems }: VerifyReport): Promise<void> {
  const { unreadable } = await readable(store);
  for (const key of unreadable) problems.push({ code: 'unreadable', path: store.name, id: key as string });
}

/** The messages that wait to be sent. */
async function waitingMessages(transaction: IDBTransaction): Promise<OfflineOperation[]> {
  const store = transaction.objectStore('offline_queue');
  const { values } = await readable<OfflineOperation>(store);
  return values.filter(({ type, status }) => type === 'send_message' && status !== 'completed');
}

/** Every chat that has a position, a row or a block. */
async function chatIds(transaction: IDBTransaction, check: () => void): Promise<Set<string>> {
  const ids = new Set((await done(transaction.objectStore('chat_meta').getAllKeys())) as string[]);
  const sources = [
    transaction.objectStore('message_blocks'),
    transaction.objectStore('messages').index('by_request_sequence'),
  ];
  for (const source of sources) {
    for (let range: IDBKeyRange | null = null; ;) {
      check();
      const cursor: IDBCursor | null = await done(source.openKeyCursor(range));
      if (!cursor) break;
      const [requestId] = cursor.key as [IDBValidKey];
      if (typeof requestId === 'string') ids.add(requestId);
      range = IDBKeyRange.lowerBound([requestId, []]); // a list sorts above every number
    }
  }
  return ids;
}

/** What is said of a block beside its messages. */
type Range = Pick<MessageBlock, 'firstSequence' | 'lastSequence'>;

/** One chat: its rows first, because they win over their copies, then its blocks, newest first. */
class ChatCheck {
  readonly #transaction: IDBTransaction;
  readonly #requestId: string;
  readonly #report: VerifyReport;
  readonly #check: () => void;
  readonly #rows = new Set<string | number>();
  readonly #inBlocks = new Set<string | number>();
  #meta: ChatSyncState | undefined;
  /** Messages that a server gave. */
  #settled = 0;
  /** Bytes as the core counts them. */
  #bytes = 0;
  /** Ids of those that it has not been given yet. */
  readonly #unsent = new Set<string>();
  /** Where the block above begins. */
  #above = TOP;

  constructor(transaction: IDBTransaction, requestId: string, report: VerifyReport, check: () => void) {
    this.#transaction = transaction;
    this.#requestId = requestId;
    this.#report = report;
    this.#check = check;
  }

  async run(): Promise<void> {
    const chats = this.#transaction.objectStore('chat_meta');
    const { values, unreadable } = await new Promise<Readable<ChatSyncState>>((resolve) =>
      readEach(chats, [this.#requestId], resolve),
    );
    this.#meta = values[0];
    if (unreadable.length) this.#problem('unreadable', { path: chats.name });
    await this.#each<CachedMessage>(
      this.#transaction.objectStore('messages').index('by_request_sequence'),
      { count: ROWS_AT_ONCE, width: ROWS_AT_ONCE },
      (batch) => this.#takeRows(batch),
    );
    await this.#each<MessageBlock>(
      this.#transaction.objectStore('message_blocks'),
      { count: BLOCKS_AT_ONCE, width: BLOCKS_AT_ONCE * LIMITS.blockMessages },
      (batch) => this.#takeBlocks(batch),
    );
    const expected = this.#meta?.messageCount ?? 0;
    const found = this.#settled;
    if (this.#meta && expected !== found) this.#problem('message_count', { expected, found });
    const { messageBytes } = this.#meta ?? {};
    if (messageBytes !== undefined && messageBytes !== this.#bytes)
      this.#problem('chat_message_bytes', { expected: messageBytes, found: this.#bytes });
  }

  /** Every unsent message has its operation, and the other way round; asks only where there may be any. */
  async checkOutbox(isWrittenIn: boolean): Promise<void> {
    const all = isWrittenIn || this.#unsent.size ? await waitingMessages(this.#transaction) : [];
    for (const { requestId, payload, id } of all) {
      const isThere = this.#unsent.delete(String(payload['tempId']));
      if (requestId === this.#requestId && !isThere) this.#problem('operation_without_message', { id });
    }
    for (const id of this.#unsent) this.#problem('message_without_operation', { id });
  }

  async #each<T>(
    source: Sequences,
    size: { count: number; width: number },
    take: (batch: Batch<T>) => void,
  ): Promise<void> {
    for (let below = TOP; below;) {
      this.#check();
      const batch = await new Promise<Batch<T>>((resolve) => {
        readNewest(source, this.#requestId, below, size, resolve);
      });
      take(batch);
      below = batch.below;
    }
  }

  #problem(code: VerifyCode, details: Omit<VerifyProblem, 'code' | 'requestId'> = {}): void {
    this.#report.problems.push({ code, requestId: this.#requestId, ...details });
  }

  #takeRows({ values, unreadable }: Batch<CachedMessage>): void {
    this.#report.rows += values.length + unreadable.length;
    for (const firstSequence of unreadable) this.#problem('unreadable', { firstSequence });
    for (const { id, sequenceNumber, content } of values) {
      this.#bytes += LIMITS.rowOverheadBytes + textBytes(content);
      this.#rows.add(id).add(sequenceNumber);
      this.#count(sequenceNumber);
      if (sequenceNumber >= LIMITS.provisionalSequenceMin) this.#unsent.add(id);
    }
  }

  #count(sequenceNumber: number): void {
    this.#report.messages += 1;
    if (sequenceNumber < LIMITS.provisionalSequenceMin) this.#settled += 1;
  }

  #takeBlocks({ values, unreadable }: Batch<MessageBlock>): void {
    this.#report.blocks += values.length + unreadable.length;
    for (const firstSequence of unreadable) this.#problem('unreadable', { firstSequence });
    for (const block of values.reverse()) {
      const { firstSequence, lastSequence } = block;
      this.#checkPlace({ firstSequence, lastSequence });
      this.#bytes += block.bytes;
      this.#checkContent(block, { firstSequence, lastSequence });
    }
  }

  #checkPlace(range: Range): void {
    const { firstSequence, lastSequence } = range;
    if (lastSequence >= this.#above) this.#problem('overlap', range);
    this.#above = firstSequence;
    if (!this.#meta) return this.#problem('unknown_chat', range);
    const { knownGaps = [], lastSyncedSequence = 0 } = this.#meta;
    const across = knownGaps.some(
      ({ startSeq, endSeq, stale }) => !stale && startSeq <= lastSequence && endSeq >= firstSequence,
    );
    if (across) this.#problem('across_gap', range);
    if (lastSequence > lastSyncedSequence) this.#problem('above_synced', range);
  }

  #checkContent(block: MessageBlock, range: Range): void {
    const messages = openBlock(block);
    if (typeof messages === 'string') return this.#problem(messages, range);
    const { bytes, data } = block;
    const size = data.byteLength;
    if (bytes !== size) this.#problem('wrong_bytes', { ...range, expected: bytes, found: size });
    const many = messages.length > LIMITS.largeBlockMessages;
    if (many || (messages.length > 1 && size > LIMITS.largeBlockBytes)) this.#problem('too_large', range);
    if (!isUtf8(data)) this.#problem('bad_utf8', range);
    for (const message of messages) this.#checkMessage(message);
  }

  #checkMessage({ id, sequenceNumber, requestId }: CachedMessage): void {
    const where = { firstSequence: sequenceNumber, lastSequence: sequenceNumber, id };
    if (requestId !== this.#requestId) this.#problem('wrong_chat', where);
    if (this.#rows.has(id) || this.#rows.has(sequenceNumber)) return;
    if (this.#inBlocks.has(sequenceNumber)) this.#problem('sequence_twice', where);
    if (this.#inBlocks.has(id)) this.#problem('id_twice', where);
    this.#inBlocks.add(id).add(sequenceNumber);
    this.#count(sequenceNumber);
  }
}

function isUtf8(data: ArrayBuffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data);
    return true;
  } catch {
    return false;
  }
}
