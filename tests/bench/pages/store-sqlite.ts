/** SQLite with the calls that all of the field have, for its worker. */
import type { OfflineOperation } from 'chatlarder';
import { chatId, type ServerMessage } from './support/messages.js';
import { SqliteStore } from './support/sqlite.js';
import type { BenchStore, StoreTask } from './support/store.js';
import { sampleOf } from './support/stored.js';

const parsed = <T>(json: string) => JSON.parse(json) as T;

export async function open({ user, durability = 'relaxed' }: StoreTask): Promise<BenchStore> {
  const sqlite = await SqliteStore.open(user, durability);
  return {
    ingest: async (list, pages) => sqlite.ingest(list, pages),
    prepareLive: async () => {},
    receive: async (message) => sqlite.ingestLive([message]),
    receiveAll: async (messages) => sqlite.ingestLive(messages),
    newest: async (requestId, limit, before) =>
      parsed<ServerMessage[]>(sqlite.newest(requestId, limit, before)),
    chats: async (limit) =>
      parsed<{ requestId: string }[]>(sqlite.chats(limit)).map(({ requestId }) => requestId),
    stored: async (chat, sequence) => {
      const body = sqlite.one(chatId(chat), sequence);
      return { count: sqlite.count(), sample: body && sampleOf(parsed<object>(body)) };
    },
    send: async (message, operation) => sqlite.send(message, operation),
    waiting: async () => parsed<OfflineOperation[]>(sqlite.waiting()),
    sent: async ({ id }, answer) => sqlite.sent(id, answer),
    settled: async () => {},
    close: () => sqlite.close(),
    destroy: () => sqlite.destroy(),
  };
}
