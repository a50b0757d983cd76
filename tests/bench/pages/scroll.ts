/** In an open page, back through one chat of a filled database, page by page, from its newest message on. */
import { chatId } from './support/messages.js';
import { preload } from './support/preload.js';
import { randomBelow, randomFrom } from './support/random.js';
import type { OpenContender, OpenModule, ScrollTask } from './support/results.js';

/** Reads all pages; throws when one doesn't begin where it must or isn't full. */
async function scroll(contender: OpenContender, requestId: string, task: ScrollTask): Promise<void> {
  const { lastSequence, limit } = task;
  for (let before = lastSequence + 1; before > 1; before -= limit) {
    const messages = await contender.newest(requestId, limit, before);
    const first = messages[0]?.sequenceNumber;
    if (first !== before - limit || messages.length !== limit)
      throw new Error(`the page below ${before} has ${messages.length} messages from ${first} on`);
  }
}

export async function run(task: ScrollTask): Promise<{ ms: number }> {
  await preload([task.script, ...task.preload]);
  const { open } = (await import(task.script)) as OpenModule;
  const contender = await open(task);
  const long = randomBelow(randomFrom(task.seed), task.longChats);
  const requestId = chatId(task.chats - 1 - long);
  await contender.newest(chatId(0), task.limit);
  await contender.settled();
  const start = performance.now();
  await scroll(contender, requestId, task);
  const ms = performance.now() - start;
  await contender.close();
  return { ms };
}
