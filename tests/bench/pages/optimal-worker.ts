/** The worker of hand-written IndexedDB: gets ready, then stores what it has when told to. */
import { ChatServer } from './support/chat-server.js';
import { openHandWritten, requestDone } from './support/idb.js';
import { deliveries, inOrder } from './support/live.js';
import { ingest, ingestLive, type ChatRow } from './support/optimal.js';
import type { IngestSize, LiveSize } from './support/results.js';
import { serveCalls } from './support/rpc.js';

let db: IDBDatabase;
let store: () => Promise<void>;

/** Makes the chats known, with so many messages each. */
async function open(databaseName: string, server: ChatServer, known: number): Promise<void> {
  db = await openHandWritten(databaseName);
  const pages = known
    ? server.postToAll(known)
    : server.requestIds.map((requestId) => server.fetchMessages({ requestId, limit: 1 }));
  await ingest(db, server.fetchChats({ limit: pages.length }), pages);
}

serveCalls({
  prepareIngest: async (databaseName: string, { chats, perChat }: IngestSize) => {
    const server = new ChatServer(chats);
    await open(databaseName, server, 0);
    const pages = server.postToAll(perChat);
    const list = server.fetchChats({ limit: chats });
    store = () => ingest(db, list, pages);
  },
  prepareLive: async (databaseName: string, { chats, known, perChat }: LiveSize) => {
    const server = new ChatServer(chats);
    await open(databaseName, server, known);
    const meta = db.transaction('chat_meta').objectStore('chat_meta');
    const rows = (await requestDone(meta.getAll())) as ChatRow[];
    const byId = new Map(rows.map((row) => [row.requestId, row]));
    const messages = inOrder(server.prepare(perChat), deliveries(chats, perChat));
    store = () => ingestLive(db, byId, messages);
  },
  store: () => store(),
  close: () => db.close(),
});
