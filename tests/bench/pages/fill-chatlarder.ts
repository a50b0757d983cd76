/** Fills a larder for the opening benches; gives the number of messages it then has. */
import { ChatServer } from './support/chat-server.js';
import { countMessages } from './support/idb.js';
import { knowAllChats, openBenchLarder } from './support/larder.js';
import type { FillSize } from './support/results.js';

export async function run({ user, chats, perChat, times }: FillSize): Promise<number> {
  const { larder, server } = await openBenchLarder(user, chats);
  await knowAllChats(larder, new ChatServer(chats).requestIds);
  for (let time = 0; time < times; time += 1) {
    await server('postToAll', perChat);
    await larder.sync();
  }
  await larder.close();
  return countMessages(larder.databaseName);
}
