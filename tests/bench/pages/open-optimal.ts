/** Hand-written optimal IndexedDB in the opening benches: one request, backwards where the engine can. */
import { openHandWritten, requestDone } from './support/idb.js';
import type { ChatRow } from './support/optimal.js';
import type { OpenContender, OpenTask } from './support/results.js';
import { listOf } from './support/store.js';

type Message = { id: string; sequenceNumber: number };

/** IndexedDB 3.0; the fastest way where it is there: a cursor takes twice as long. */
interface ReverseReads {
  getAllRecords(options: {
    query: IDBKeyRange;
    count: number;
    direction: 'prev';
  }): IDBRequest<{ value: Message }[]>;
}

function hasReverseReads(index: unknown): index is ReverseReads {
  return typeof (index as Partial<ReverseReads>).getAllRecords === 'function';
}

function readByCursor(index: IDBIndex, query: IDBKeyRange, limit: number): Promise<Message[]> {
  const rows: Message[] = [];
  return new Promise((resolve, reject) => {
    const request = index.openCursor(query, 'prev');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor) rows.push(cursor.value as Message);
      if (cursor && rows.length < limit) cursor.continue();
      else resolve(rows.reverse());
    };
  });
}

export async function open({ user }: OpenTask): Promise<OpenContender> {
  const db = await openHandWritten(user);
  return {
    newest: async (requestId, limit, before = Infinity) => {
      const index = db.transaction('messages').objectStore('messages').index('by_request_sequence');
      const query = IDBKeyRange.bound([requestId, 0], [requestId, before], false, true);
      if (!hasReverseReads(index)) return readByCursor(index, query, limit);
      const records = await requestDone(index.getAllRecords({ query, count: limit, direction: 'prev' }));
      return records.map(({ value }) => value).reverse();
    },
    chats: async (limit) => {
      const rows = db.transaction('chat_meta').objectStore('chat_meta').getAll();
      return listOf((await requestDone(rows)) as ChatRow[], limit);
    },
    settled: async () => {},
    close: () => db.close(),
  };
}
