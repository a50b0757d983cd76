/** Fills a larder for the opening benches; gives the number of messages it then has. */
import { ChatServer } from './support/chat-server.js';
import { fillings } from './support/filling.js';
import { knowAllChats, openBenchLarder } from './support/larder.js';
import type { FillSize, WithLayout } from './support/results.js';
import { countMessages } from './support/stored.js';

export async function run(size: FillSize & WithLayout): Promise<number> {
  const { user, chats, perChat, layout } = size;
  const { larder, server } = await openBenchLarder({ userId: user, chats, layout });
  await knowAllChats(larder, new ChatServer(chats).requestIds);
  for (const from of fillings(size)) {
    await server('postToAll', perChat, from);
    await larder.sync();
  }
  await larder.close();
  return countMessages(larder.databaseName);
}
