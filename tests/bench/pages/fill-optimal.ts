/** Fills the hand-written database for the opening benches; gives the number of messages it then has. */
import { ChatServer } from './support/chat-server.js';
import { openHandWritten } from './support/idb.js';
import { ingest } from './support/optimal.js';
import type { FillSize } from './support/results.js';
import { countMessages } from './support/stored.js';

export async function run({ user, chats, perChat, times }: FillSize): Promise<number> {
  const db = await openHandWritten(user);
  const server = new ChatServer(chats);
  for (let time = 0; time < times; time += 1) {
    const pages = server.postToAll(perChat);
    await ingest(db, server.fetchChats({ limit: chats }), pages);
  }
  db.close();
  return countMessages(user);
}
