/** Chatlarder makes room: its core chooses, a transaction deletes. */
import { openBenchLarder } from './support/larder.js';
import { filesLeft } from './support/media-fill.js';
import { chatId } from './support/messages.js';
import type { EvictResult, EvictTask } from './support/results.js';

export async function run({ user, chats, bytes, victims }: EvictTask): Promise<EvictResult> {
  const { larder } = await openBenchLarder({ userId: user, chats, layout: 'blocks' });
  await larder.media.list(chatId(0)); // what is loaded at their first use is there
  const start = performance.now();
  const freed = await larder.media.evict(victims * bytes);
  const ms = performance.now() - start;
  if (freed !== victims * bytes) throw new Error(`${freed} bytes became free, not ${victims * bytes}`);
  const { databaseName } = larder;
  await larder.close();
  return { ms, ...(await filesLeft(databaseName)) };
}
