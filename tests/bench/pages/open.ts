/**
 * Opens a filled database in this new page and reads the newest messages of one chat, then of many.
 *
 * The clock of the cold opening starts when the contender's scripts, which have been loaded, are evaluated.
 */
import { chatId } from './support/messages.js';
import { randomBelow, randomFrom } from './support/random.js';
import type { OpenContender, OpenModule, OpenResult, OpenTask } from './support/results.js';

function preload(href: string): Promise<unknown> {
  const link = Object.assign(document.createElement('link'), { rel: 'modulepreload', href });
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error(`${href} can't be loaded`));
    document.head.append(link);
  });
}

/** Reads one chat; how long it took and how much it gave. */
async function timeRead(contender: OpenContender, chat: number, limit: number): Promise<[number, number]> {
  const start = performance.now();
  const messages = await contender.newest(chatId(chat), limit);
  return [performance.now() - start, messages.length];
}

export async function run(task: OpenTask): Promise<OpenResult> {
  const { script, user, chats, limit } = task;
  await Promise.all([script, ...task.preload].map(preload));
  const random = randomFrom(task.seed);
  const firstChat = chatId(randomBelow(random, chats));
  const start = performance.now();
  const { open } = (await import(script)) as OpenModule;
  const contender = await open(user, chats);
  const first = await contender.newest(firstChat, limit);
  const coldMs = performance.now() - start;
  await contender.settled();
  const reads: [number, number][] = [];
  for (let i = 0; i < task.warmReads; i += 1) {
    reads.push(await timeRead(contender, randomBelow(random, chats), limit));
  }
  await contender.close();
  const times = reads.map(([ms]) => ms).sort((a, b) => a - b);
  const messages = Math.min(first.length, ...reads.map(([, count]) => count));
  return { coldMs, warmMs: times[times.length >> 1]!, messages };
}
