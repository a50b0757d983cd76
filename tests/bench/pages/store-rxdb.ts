/**
 * RxDB on its free storage, as its documentation says: bulk operations
 * (https://rxdb.info/nosql-performance-tips.html), the index named in the query, `eventReduce`,
 * `multiInstance` off where there is one tab, no plugin that isn't used, no validation in production, results
 * read with `toJSON()`. The storage reads forward only and sorts what is `desc` in memory after it has read
 * all of it (`dexieQuery`): so a member that falls while the number rises is indexed, and a page is read
 * forward by it. There is no transaction over collections: the chat's row is written beside the messages.
 */
import { createRxDatabase, type RxCollection, type RxJsonSchema } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import type { CachedMessage, OfflineOperation } from 'chatlarder';
import { chatId, type ServerMessage } from './support/messages.js';
import { chatRow, type ChatRow } from './support/optimal.js';
import { parse, type ListPage, type MessagesPage } from './support/pages.js';
import { LiveRows, listOf, type BenchStore, type StoreTask } from './support/store.js';
import { sampleOf } from './support/stored.js';

/** Above every sequence number, those of messages that wait included. */
const TOP = 2 ** 53 - 1;

type MessageDocument = ServerMessage & { newestFirst: number; cachedAt: number; status: string };

function asDocument(message: ServerMessage, cachedAt: number): MessageDocument {
  return { ...message, status: 'sent', cachedAt, newestFirst: TOP - message.sequenceNumber };
}

const text = { type: 'string' };
const id = { type: 'string', maxLength: 36 };
const number = { type: 'number' };
const counted = { type: 'number', minimum: 0, maximum: TOP, multipleOf: 1 };
const flag = { type: 'boolean' };
const object = { type: 'object' };
const [textOrNull, numberOrNull, objectOrNull] = ['string', 'number', 'object'].map((type) => {
  return { type: [type, 'null'] };
});

const messageSchema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    ...{ id, requestId: id, sequenceNumber: number, newestFirst: counted, cachedAt: number, status: text },
    ...{ senderId: text, sender: objectOrNull, content: text, createdAt: text, updatedAt: textOrNull },
    ...{ isScreenshot: flag, screenshotFileName: textOrNull, fileName: textOrNull, fileSize: numberOrNull },
    ...{ fileMimeType: textOrNull, isReadByCurrentUser: flag, tempId: text, clientTempId: text },
  },
  required: ['id', 'requestId', 'newestFirst'],
  indexes: [['requestId', 'newestFirst']],
} as unknown as RxJsonSchema<MessageDocument>;

const chatSchema = {
  version: 0,
  primaryKey: 'requestId',
  type: 'object',
  properties: {
    ...{ requestId: id, lastSyncedSequence: number, lastSyncedAt: number, totalMessageCount: number },
    ...{ knownGaps: { type: 'array', items: object }, unreadCount: number, lastReadSequence: number },
    ...{ lastReadAt: numberOrNull, messageCount: number, mediaSize: number, lastAccessedAt: number },
    ...{ serverRevision: text, chat: object },
  },
  required: ['requestId'],
} as unknown as RxJsonSchema<ChatRow>;

const operationSchema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    ...{ id, type: text, requestId: text, payload: object, status: text, createdAt: counted },
    ...{ attemptedAt: numberOrNull, retryCount: number, maxRetries: number, nextRetryAt: numberOrNull },
    ...{ lastError: textOrNull, sequenceNumber: number },
  },
  required: ['id', 'createdAt'],
  indexes: ['createdAt'],
} as unknown as RxJsonSchema<OfflineOperation>;

const positionSchema = {
  version: 0,
  primaryKey: 'key',
  type: 'object',
  properties: { key: { type: 'string', maxLength: 10 }, chatsCursor: text },
  required: ['key'],
} as unknown as RxJsonSchema<{ key: string; chatsCursor: string }>;

interface Collections {
  messages: RxCollection<MessageDocument>;
  chats: RxCollection<ChatRow>;
  operations: RxCollection<OfflineOperation>;
  position: RxCollection<{ key: string; chatsCursor: string }>;
}

/** A bulk write resolves with what failed. */
async function allWritten(write: Promise<{ error: unknown[] }>): Promise<void> {
  const { error } = await write;
  if (error.length) throw new Error(`${error.length} documents were not written`);
}

export async function open({ user, durability = 'relaxed' }: StoreTask): Promise<BenchStore> {
  const db = await createRxDatabase<Collections>({
    name: user,
    storage: getRxStorageDexie({ chromeTransactionDurability: durability }),
    multiInstance: false,
    eventReduce: true,
  });
  await db.addCollections({
    messages: { schema: messageSchema },
    chats: { schema: chatSchema },
    operations: { schema: operationSchema },
    position: { schema: positionSchema },
  });
  const { messages, chats, operations, position } = db;
  const allRows = async () => (await chats.find().exec()).map((row) => row.toJSON() as ChatRow);
  let live: LiveRows<ChatRow>;
  return {
    ingest: async (list, pages) => {
      const { chats: listed, cursor } = parse<ListPage>(list);
      const chatById = new Map(listed.map((chat) => [chat.requestId, chat]));
      const parsed = pages.map((bytes) => parse<MessagesPage>(bytes));
      const now = Date.now();
      const documents = parsed.flatMap((page) => page.messages.map((message) => asDocument(message, now)));
      const rows = parsed.map((page) => chatRow(page, chatById.get(page.requestId)!, now));
      await Promise.all([
        allWritten(messages.bulkInsert(documents)),
        allWritten(chats.bulkUpsert(rows)),
        position.upsert({ key: 'sync', chatsCursor: cursor }),
      ]);
    },
    prepareLive: async () => {
      live = new LiveRows((await allRows()).map((row) => structuredClone(row)));
    },
    receive: async (bytes) => {
      const message = parse<ServerMessage>(bytes);
      const row = { ...live.take(message) };
      await Promise.all([messages.insert(asDocument(message, Date.now())), chats.incrementalUpsert(row)]);
    },
    receiveAll: async (all) => {
      const now = Date.now();
      const documents = all.map((bytes) => asDocument(parse<ServerMessage>(bytes), now));
      const rows = live.takeAll(documents);
      await Promise.all([allWritten(messages.bulkInsert(documents)), allWritten(chats.bulkUpsert(rows))]);
    },
    newest: async (requestId, limit, before = TOP) => {
      const found = await messages
        .find({
          selector: { requestId, newestFirst: { $gt: TOP - before } },
          sort: [{ requestId: 'asc' }, { newestFirst: 'asc' }],
          index: ['requestId', 'newestFirst'],
          limit,
        })
        .exec();
      return found.map((document) => document.toJSON() as MessageDocument).reverse();
    },
    chats: async (limit) => listOf(await allRows(), limit),
    stored: async (chat, sequenceNumber) => {
      const selector = { requestId: chatId(chat), newestFirst: TOP - sequenceNumber };
      const [one] = await messages.find({ selector, limit: 1 }).exec();
      const count = await messages.count().exec();
      return { count, sample: sampleOf(one?.toJSON(), ['cachedAt', 'newestFirst']) };
    },
    send: async (message: CachedMessage, operation) => {
      const { _cachedAt: cachedAt, _syncVersion: _, ...own } = message;
      const newestFirst = TOP - message.sequenceNumber;
      await Promise.all([messages.insert({ ...own, cachedAt, newestFirst }), operations.insert(operation)]);
    },
    waiting: async () => {
      const found = await operations.find({ sort: [{ createdAt: 'asc' }] }).exec();
      return found.map((document) => document.toJSON() as OfflineOperation);
    },
    sent: async (operation, answer) => {
      await Promise.all([
        messages.insert(asDocument(answer, Date.now())),
        allWritten(messages.bulkRemove([operation.id])),
        allWritten(operations.bulkRemove([operation.id])),
      ]);
    },
    settled: async () => {},
    close: async () => void (await db.close()),
    destroy: async () => void (await db.remove()),
  };
}
