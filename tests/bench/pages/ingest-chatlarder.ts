/** Bulk ingest by Chatlarder: chats that are known and empty get their messages by one `sync()`. */
import { ChatServer } from './support/chat-server.js';
import { countMessages, storedRow } from './support/idb.js';
import { knowAllChats, openBenchLarder } from './support/larder.js';
import type { IngestResult, IngestSize } from './support/results.js';

export async function run({ chats, perChat }: IngestSize): Promise<IngestResult> {
  const { larder, server } = await openBenchLarder(`ingest-${Date.now()}`, chats);
  const requestIds = new ChatServer(chats).requestIds;
  await knowAllChats(larder, requestIds);
  await server('postToAll', perChat);
  const start = performance.now();
  await larder.sync();
  const ms = performance.now() - start;
  const stored = await countMessages(larder.databaseName);
  const sample = await storedRow(larder.databaseName, requestIds[1]!, perChat);
  await larder.destroy();
  return { ms, stored, sample };
}
