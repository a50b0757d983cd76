/**
 * IndexedDB as it is often written: each message in a transaction of its own, waited for before the next, and
 * read by a cursor, one row after the other. Stores and indexes are those of the optimal one.
 */
import { deleteDatabase, openHandWritten, requestDone, transactionDone } from './support/idb.js';
import type { ServerMessage } from './support/messages.js';
import { asRow, chatRow, type ChatRow } from './support/optimal.js';
import { parse, type ListPage, type MessagesPage } from './support/pages.js';
import { LiveRows, listOf, type BenchStore, type StoreTask } from './support/store.js';
import { readStored } from './support/stored.js';

function put(db: IDBDatabase, rows: Record<string, object>, durability?: IDBTransactionDurability) {
  const transaction = db.transaction(Object.keys(rows), 'readwrite', { durability });
  for (const [store, row] of Object.entries(rows)) transaction.objectStore(store).put(row);
  return transactionDone(transaction);
}

function readByCursor(index: IDBIndex, query: IDBKeyRange, limit: number): Promise<ServerMessage[]> {
  const rows: ServerMessage[] = [];
  return new Promise((resolve, reject) => {
    const request = index.openCursor(query, 'prev');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || rows.length === limit) return resolve(rows.reverse());
      rows.push(cursor.value as ServerMessage);
      cursor.continue();
    };
  });
}

export async function open({ user, durability = 'relaxed' }: StoreTask): Promise<BenchStore> {
  const db = await openHandWritten(user);
  const allRows = () => requestDone(db.transaction('chat_meta').objectStore('chat_meta').getAll());
  let live: LiveRows<ChatRow>;
  let last = Promise.resolve();
  const receive = (bytes: Uint8Array) => {
    const message = parse<ServerMessage>(bytes);
    const rows = () => ({ messages: asRow(message, Date.now()), chat_meta: live.take(message) });
    return (last = last.then(() => put(db, rows(), durability)));
  };
  return {
    ingest: async (list, pages) => {
      const { chats, cursor } = parse<ListPage>(list);
      for (const bytes of pages) {
        const page = parse<MessagesPage>(bytes);
        for (const message of page.messages)
          await put(db, { messages: asRow(message, Date.now()) }, durability);
        const chat = chats.find(({ requestId }) => requestId === page.requestId)!;
        await put(db, { chat_meta: chatRow(page, chat, Date.now()) }, durability);
      }
      await put(db, { cache_stats: { key: 'sync', chatsCursor: cursor } }, durability);
    },
    prepareLive: async () => {
      live = new LiveRows((await allRows()) as ChatRow[]);
    },
    receive,
    receiveAll: async (messages) => void (await Promise.all(messages.map(receive))),
    newest: (requestId, limit, before = Infinity) => {
      const index = db.transaction('messages').objectStore('messages').index('by_request_sequence');
      return readByCursor(index, IDBKeyRange.bound([requestId, 0], [requestId, before], false, true), limit);
    },
    chats: async (limit) => listOf((await allRows()) as ChatRow[], limit),
    stored: (chat, sequence) => readStored(user, chat, sequence),
    send: async (message, operation) => {
      await put(db, { messages: message }, durability);
      await put(db, { offline_queue: operation }, durability);
    },
    waiting: () =>
      requestDone(db.transaction('offline_queue').objectStore('offline_queue').index('by_created').getAll()),
    sent: async ({ id }, answer) => {
      const transaction = db.transaction(['messages', 'offline_queue'], 'readwrite', { durability });
      transaction.objectStore('messages').delete(id);
      transaction.objectStore('messages').put(asRow(answer, Date.now()));
      transaction.objectStore('offline_queue').delete(id);
      await transactionDone(transaction);
    },
    settled: async () => {},
    close: () => db.close(),
    destroy: async () => {
      db.close();
      await deleteDatabase(user);
    },
  };
}
