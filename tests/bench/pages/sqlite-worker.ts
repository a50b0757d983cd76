/** The worker of SQLite in the benches. */
import { ChatServer } from './support/chat-server.js';
import { fillAll } from './support/filling.js';
import { deliveries, inOrder } from './support/live.js';
import { chatId, type ServerMessage } from './support/messages.js';
import type { FillSize, IngestSize, LiveSize } from './support/results.js';
import { serveCalls } from './support/rpc.js';
import { SqliteStore } from './support/sqlite.js';
import { asSent } from './support/stored.js';

let sqlite: SqliteStore;
let store: () => void;

/** Makes the chats known, with so many messages each. */
async function open(name: string, server: ChatServer, known: number): Promise<void> {
  sqlite = await SqliteStore.open(name);
  const pages = server.postToAll(known);
  sqlite.ingest(server.fetchChats({ limit: pages.length }), pages);
}

serveCalls({
  open: async (name: string) => void (sqlite = await SqliteStore.open(name)),
  fill: async (size: FillSize) => {
    await fillAll(size, new ChatServer(size.chats), (list, pages) => sqlite.ingest(list, pages));
    return sqlite.count();
  },
  prepareIngest: async (name: string, { chats, perChat }: IngestSize) => {
    const server = new ChatServer(chats);
    await open(name, server, 0);
    const pages = server.postToAll(perChat);
    const list = server.fetchChats({ limit: chats });
    store = () => sqlite.ingest(list, pages);
  },
  prepareLive: async (name: string, { chats, known, perChat }: LiveSize, collected: boolean) => {
    const server = new ChatServer(chats);
    await open(name, server, known);
    const messages = inOrder(server.prepare(perChat), deliveries(chats, perChat));
    store = collected
      ? () => sqlite.ingestLive(messages)
      : () => messages.forEach((message) => sqlite.ingestLive([message]));
  },
  store: () => store(),
  newest: (requestId: string, limit: number, before?: number) => sqlite.newest(requestId, limit, before),
  chats: (limit: number) => sqlite.chats(limit),
  stored: (chat: number, sequence: number) => {
    const body = sqlite.one(chatId(chat), sequence);
    return { count: sqlite.count(), sample: body && asSent(JSON.parse(body) as ServerMessage) };
  },
  close: () => sqlite.close(),
});
