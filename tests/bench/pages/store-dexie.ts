/**
 * Dexie as its documentation says: `bulkPut` for many rows (https://dexie.org/docs/Table/Table.bulkPut()),
 * several tables in one `transaction('rw', …)` (https://dexie.org/docs/Dexie/Dexie.transaction()), a page by
 * its compound index with `reverse()` and `limit()` (https://dexie.org/docs/Compound-Index). The same tables
 * and indexes as by hand.
 */
import { Dexie, type Table } from 'dexie';
import type { CachedMessage, OfflineOperation } from 'chatlarder';
import { STORES } from '../../../js-bindings/src/gen/schema.js';
import { chatId, type ServerMessage } from './support/messages.js';
import { asRow, chatRow, type ChatRow } from './support/optimal.js';
import { parse, type ListPage, type MessagesPage } from './support/pages.js';
import { LiveRows, listOf, type BenchStore, type StoreTask } from './support/store.js';
import { sampleOf } from './support/stored.js';

const pathOf = (keyPath: string | readonly string[]) =>
  typeof keyPath === 'string' ? keyPath : `[${keyPath.join('+')}]`;

/** As Dexie writes it: the primary key, then the indexes. */
const tables = Object.fromEntries(
  STORES.map(({ name, keyPath, indexes }) => {
    const others = indexes.map((index) => `${index.unique ? '&' : ''}${pathOf(index.keyPath)}`);
    return [name, [pathOf(keyPath), ...others].join(', ')];
  }),
);

export async function open({ user, durability = 'relaxed' }: StoreTask): Promise<BenchStore> {
  const db = new Dexie(user, { chromeTransactionDurability: durability });
  db.version(1).stores(tables);
  await db.open();
  const messages: Table<ServerMessage | CachedMessage, string> = db.table('messages');
  const meta: Table<ChatRow, string> = db.table('chat_meta');
  const queue: Table<OfflineOperation, string> = db.table('offline_queue');
  const stats: Table<object, string> = db.table('cache_stats');
  let live: LiveRows<ChatRow>;
  return {
    ingest: async (list, pages) => {
      const { chats, cursor } = parse<ListPage>(list);
      const chatById = new Map(chats.map((chat) => [chat.requestId, chat]));
      const parsed = pages.map((bytes) => parse<MessagesPage>(bytes));
      const now = Date.now();
      const rows = parsed.map((page) => chatRow(page, chatById.get(page.requestId)!, now));
      await db.transaction('rw', messages, meta, stats, () =>
        Promise.all([
          messages.bulkPut(parsed.flatMap((page) => page.messages.map((message) => asRow(message, now)))),
          meta.bulkPut(rows),
          stats.put({ key: 'sync', chatsCursor: cursor }),
        ]),
      );
    },
    prepareLive: async () => {
      live = new LiveRows(await meta.toArray());
    },
    receive: async (bytes) => {
      const message = parse<ServerMessage>(bytes);
      const row = live.take(message);
      await db.transaction('rw', messages, meta, () =>
        Promise.all([messages.put(asRow(message, Date.now())), meta.put(row)]),
      );
    },
    receiveAll: async (all) => {
      const now = Date.now();
      const rows = all.map((bytes) => asRow(parse<ServerMessage>(bytes), now));
      const moved = live.takeAll(rows);
      await db.transaction('rw', messages, meta, () =>
        Promise.all([messages.bulkPut(rows), meta.bulkPut(moved)]),
      );
    },
    newest: async (requestId, limit, before = Infinity) => {
      const below = messages
        .where('[requestId+sequenceNumber]')
        .between([requestId, Dexie.minKey], [requestId, before], true, false);
      return (await below.reverse().limit(limit).toArray()).reverse();
    },
    chats: async (limit) => listOf(await meta.toArray(), limit),
    stored: async (chat, sequenceNumber) => ({
      count: await messages.count(),
      sample: sampleOf(await messages.get({ requestId: chatId(chat), sequenceNumber })),
    }),
    send: async (message, operation) => {
      await db.transaction('rw', messages, queue, () =>
        Promise.all([messages.put(message), queue.put(operation)]),
      );
    },
    waiting: () => queue.orderBy('createdAt').toArray(),
    sent: async ({ id }, answer) => {
      await db.transaction('rw', messages, queue, () =>
        Promise.all([messages.delete(id), messages.put(asRow(answer, Date.now())), queue.delete(id)]),
      );
    },
    settled: async () => {},
    close: () => db.close(),
    destroy: () => db.delete(),
  };
}
