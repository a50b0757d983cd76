/** What the outbox benches write, and what of it a database holds. */
import type { Larder } from 'chatlarder';
import { requestDone } from './idb.js';
import { makeMessage } from './messages.js';
import type { DrainTask, SendResult, SendTask } from './results.js';

/** Sends before the clock counts. */
export const WARM_UPS = 20;

/** The text of the message with this number: as long as messages are. */
export function textOf(number: number): string {
  return makeMessage(0, number + 1).content;
}

/** Sends one message after the other, each to the next chat; gives how long each took. */
export async function timeSends(
  send: (requestId: string, content: string) => Promise<unknown>,
  { requestIds, messages }: SendTask,
): Promise<Pick<SendResult, 'ms' | 'slowMs'>> {
  const times: number[] = [];
  for (let number = -WARM_UPS; number < messages; number += 1) {
    const requestId = requestIds[(number + WARM_UPS) % requestIds.length]!;
    const content = textOf(number + WARM_UPS);
    const start = performance.now();
    await send(requestId, content);
    if (number >= 0) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { ms: times[times.length >> 1]!, slowMs: times[Math.floor(times.length * 0.95)]! };
}

/** Writes the messages of all chats, one chat's after the other's. */
export async function writeAll(larder: Larder, { requestIds, perChat }: DrainTask): Promise<void> {
  for (const requestId of requestIds) {
    const chat = larder.chat(requestId);
    const numbers = Array.from({ length: perChat }, (_, number) => number);
    await Promise.all(numbers.map((number) => chat.send({ content: textOf(number) })));
  }
}

/** A message that waits, and its operation: the names of their members. Checks that all of them are there. */
export async function membersOfWaiting(
  databaseName: string,
  { messages }: SendTask,
): Promise<SendResult['members']> {
  const db = await requestDone(indexedDB.open(databaseName));
  const transaction = db.transaction(['messages', 'offline_queue']);
  const operations = (await requestDone(transaction.objectStore('offline_queue').getAll())) as {
    id: string;
  }[];
  const all = messages + WARM_UPS;
  if (operations.length !== all) throw new Error(`${operations.length} of ${all} operations are stored`);
  const [operation] = operations;
  const row: unknown = await requestDone(transaction.objectStore('messages').get(operation!.id));
  if (!row) throw new Error(`the message of operation ${operation!.id} is not stored`);
  db.close();
  return { message: Object.keys(row).sort(), operation: Object.keys(operation!).sort() };
}
