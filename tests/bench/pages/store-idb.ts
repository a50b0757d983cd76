/**
 * `idb` as its README says: all requests of a transaction at once and its `done` with them
 * (https://github.com/jakearchibald/idb#readme, "Transaction Lifetime" and `tx.done`). It mirrors the
 * platform, so what IndexedDB 3.0 has it has too: `getAllRecords` backwards, where the engine knows it.
 */
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import type { OfflineOperation } from 'chatlarder';
import { DATABASE, STORES } from '../../../js-bindings/src/gen/schema.js';
import type { ServerMessage } from './support/messages.js';
import { asRow, chatRow, type ChatRow } from './support/optimal.js';
import { parse, type ListPage, type MessagesPage } from './support/pages.js';
import { LiveRows, listOf, type BenchStore, type StoreTask } from './support/store.js';
import { readStored } from './support/stored.js';

interface ReverseReads {
  getAllRecords(options: {
    query: IDBKeyRange;
    count: number;
    direction: 'prev';
  }): Promise<{ value: ServerMessage }[]>;
}

async function newest(db: IDBPDatabase, query: IDBKeyRange, count: number): Promise<ServerMessage[]> {
  const index = db.transaction('messages').store.index('by_request_sequence');
  if ('getAllRecords' in IDBIndex.prototype) {
    const reads = index as unknown as ReverseReads;
    const records = await reads.getAllRecords({ query, count, direction: 'prev' });
    return records.map(({ value }) => value).reverse();
  }
  const rows: ServerMessage[] = [];
  let cursor = await index.openCursor(query, 'prev');
  for (; cursor && rows.length < count; cursor = await cursor.continue())
    rows.push(cursor.value as ServerMessage);
  return rows.reverse();
}

export async function open({ user, durability = 'relaxed' }: StoreTask): Promise<BenchStore> {
  const db = await openDB(user, DATABASE.version, {
    upgrade: (upgraded) => {
      for (const schema of STORES) {
        const store = upgraded.createObjectStore(schema.name, { keyPath: schema.keyPath as string });
        for (const { name, keyPath, unique } of schema.indexes) store.createIndex(name, keyPath, { unique });
      }
    },
  });
  const allRows = () => db.getAll('chat_meta') as Promise<ChatRow[]>;
  const writing = (stores: string[]) => db.transaction(stores, 'readwrite', { durability });
  let live: LiveRows<ChatRow>;

  const write = async (messages: ServerMessage[], rows: ChatRow[], position: object[] = []) => {
    const transaction = writing(['messages', 'chat_meta', 'cache_stats']);
    const [into, meta, stats] = ['messages', 'chat_meta', 'cache_stats'].map((name) =>
      transaction.objectStore(name),
    );
    const now = Date.now();
    await Promise.all([
      ...messages.map((message) => into!.put(asRow(message, now))),
      ...rows.map((row) => meta!.put(row)),
      ...position.map((row) => stats!.put(row)),
      transaction.done,
    ]);
  };

  return {
    ingest: (list, pages) => {
      const { chats, cursor } = parse<ListPage>(list);
      const chatById = new Map(chats.map((chat) => [chat.requestId, chat]));
      const parsed = pages.map((bytes) => parse<MessagesPage>(bytes));
      const now = Date.now();
      const rows = parsed.map((page) => chatRow(page, chatById.get(page.requestId)!, now));
      const messages = parsed.flatMap((page) => page.messages);
      return write(messages, rows, [{ key: 'sync', chatsCursor: cursor }]);
    },
    prepareLive: async () => {
      live = new LiveRows(await allRows());
    },
    receive: (bytes) => {
      const message = parse<ServerMessage>(bytes);
      return write([message], [live.take(message)]);
    },
    receiveAll: (all) => {
      const messages = all.map((bytes) => parse<ServerMessage>(bytes));
      return write(messages, live.takeAll(messages));
    },
    newest: (requestId, limit, before = Infinity) =>
      newest(db, IDBKeyRange.bound([requestId, 0], [requestId, before], false, true), limit),
    chats: async (limit) => listOf(await allRows(), limit),
    stored: (chat, sequence) => readStored(user, chat, sequence),
    send: async (message, operation) => {
      const transaction = writing(['messages', 'offline_queue']);
      await Promise.all([
        transaction.objectStore('messages').put(message),
        transaction.objectStore('offline_queue').put(operation),
        transaction.done,
      ]);
    },
    waiting: () => db.getAllFromIndex('offline_queue', 'by_created') as Promise<OfflineOperation[]>,
    sent: async ({ id }, answer) => {
      const transaction = writing(['messages', 'offline_queue']);
      await Promise.all([
        transaction.objectStore('messages').delete(id),
        transaction.objectStore('messages').put(asRow(answer, Date.now())),
        transaction.objectStore('offline_queue').delete(id),
        transaction.done,
      ]);
    },
    settled: async () => {},
    close: () => db.close(),
    destroy: async () => {
      db.close();
      await deleteDB(user);
    },
  };
}
