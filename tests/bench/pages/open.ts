/**
 * Opens a filled database in this new page and reads the chat list and the newest messages of one chat, then
 * of all others, twice.
 *
 * The clock of the cold opening starts when the contender's scripts, which have been loaded, are evaluated.
 */
import { chatId } from './support/messages.js';
import { preload } from './support/preload.js';
import { randomBelow, randomFrom, shuffled } from './support/random.js';
import type { OpenChatsTask, OpenContender, OpenModule, OpenResult } from './support/results.js';

const idsOf = (messages: { id: string }[]) => messages.map(({ id }) => id).join();

interface Reads {
  /** The median. */
  ms: number;
  /** The least that a read gave. */
  messages: number;
}

/** Reads the chats, one after the other. */
async function timeReads(contender: OpenContender, chats: number[], limit: number): Promise<Reads> {
  const times: number[] = [];
  const counts: number[] = [];
  for (const chat of chats) {
    const start = performance.now();
    const messages = await contender.newest(chatId(chat), limit);
    times.push(performance.now() - start);
    counts.push(messages.length);
  }
  times.sort((a, b) => a - b);
  return { ms: times[times.length >> 1]!, messages: Math.min(...counts) };
}

export async function run(task: OpenChatsTask): Promise<OpenResult> {
  const { script, chats, limit } = task;
  await preload([script, ...task.preload]);
  const random = randomFrom(task.seed);
  const firstChat = randomBelow(random, chats);
  const start = performance.now();
  const { open } = (await import(script)) as OpenModule;
  const contender = await open(task);
  const [first, list] = await Promise.all([
    contender.newest(chatId(firstChat), limit),
    contender.chats(task.listed),
  ]);
  const coldMs = performance.now() - start;
  await contender.settled();
  const others = Array.from({ length: chats }, (_, chat) => chat).filter((chat) => chat !== firstChat);
  const warm = await timeReads(contender, shuffled(random, others), limit);
  const again = await timeReads(contender, shuffled(random, others), limit);
  await contender.close();
  const messages = Math.min(first.length, warm.messages, again.messages);
  return { seed: task.seed, coldMs, warmMs: warm.ms, againMs: again.ms, messages, first: idsOf(first), list };
}
