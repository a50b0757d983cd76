/** Fills the hand-written database for the opening benches; gives the number of messages it then has. */
import { ChatServer } from './support/chat-server.js';
import { fillAll } from './support/filling.js';
import { openHandWritten } from './support/idb.js';
import { ingest } from './support/optimal.js';
import type { FillSize } from './support/results.js';
import { countMessages } from './support/stored.js';

export async function run(size: FillSize): Promise<number> {
  const db = await openHandWritten(size.user);
  await fillAll(size, new ChatServer(size.chats), (list, pages) => ingest(db, list, pages));
  db.close();
  return countMessages(size.user);
}
