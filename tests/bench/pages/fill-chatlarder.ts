/** Fills a larder for the opening benches; gives the number of messages it then has. */
import { ChatServer } from './support/chat-server.js';
import { knowAllChats, openBenchLarder } from './support/larder.js';
import type { FillSize, WithLayout } from './support/results.js';
import { countMessages } from './support/stored.js';

export async function run(size: FillSize & WithLayout): Promise<number> {
  const { user, chats, perChat, times, layout } = size;
  const { larder, server } = await openBenchLarder({ userId: user, chats, layout });
  await knowAllChats(larder, new ChatServer(chats).requestIds);
  for (let time = 0; time < times; time += 1) {
    await server('postToAll', perChat);
    await larder.sync();
  }
  await larder.close();
  return countMessages(larder.databaseName);
}
