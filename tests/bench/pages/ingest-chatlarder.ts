/** Bulk ingest by Chatlarder: chats that are known and empty get their messages by one `sync()`. */
import { ChatServer } from './support/chat-server.js';
import { knowAllChats, openBenchLarder } from './support/larder.js';
import type { IngestResult, IngestSize, WithLayout } from './support/results.js';
import { readStored } from './support/stored.js';

export async function run({ chats, perChat, layout }: IngestSize & WithLayout): Promise<IngestResult> {
  const { larder, server } = await openBenchLarder({ userId: `ingest-${Date.now()}`, chats, layout });
  await knowAllChats(larder, new ChatServer(chats).requestIds);
  await server('postToAll', perChat);
  const start = performance.now();
  await larder.sync();
  const ms = performance.now() - start;
  const { count, sample } = await readStored(larder.databaseName, 1, perChat);
  await larder.destroy();
  return { ms, stored: count, sample };
}
