/** Live ingest by Chatlarder: a signal for each message, until the larder holds them all. */
import { ChatServer } from './support/chat-server.js';
import { holds, knowAllChats, openBenchLarder } from './support/larder.js';
import type { IngestResult, LiveSize, WithLayout } from './support/results.js';
import { readStored } from './support/stored.js';

const TIME_LIMIT_MS = 60_000;

function failAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not all messages were committed after ${ms} ms`)), ms);
  });
}

export async function run({ chats, known, perChat, layout }: LiveSize & WithLayout): Promise<IngestResult> {
  const userId = `live-${Date.now()}`;
  const { larder, server } = await openBenchLarder({ userId, chats, layout, live: true });
  await server('postToAll', known);
  await larder.sync();
  await knowAllChats(larder, new ChatServer(chats).requestIds);
  await holds(larder, chats, chats * known);
  await server('prepareLive', perChat);
  await larder.sync();
  const all = chats * (known + perChat);
  const start = performance.now();
  const done = server('live', perChat).then(() => holds(larder, chats, all));
  await Promise.race([done, failAfter(TIME_LIMIT_MS)]);
  const ms = performance.now() - start;
  const { count, sample } = await readStored(larder.databaseName, 1, known + perChat);
  await larder.destroy();
  return { ms, stored: count, sample };
}
