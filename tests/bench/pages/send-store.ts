/** Writing messages that wait, by a contender of the field. */
import type { SendResult, SendTask } from './support/results.js';
import { storeWorker, type WithStore } from './support/run-store.js';
import { textOf, timeSends, WARM_UPS } from './support/waiting-messages.js';

export async function run({ store, ...task }: SendTask & WithStore): Promise<SendResult> {
  const worker = storeWorker({ store });
  await worker.call('open', { user: `send-${Date.now()}`, durability: 'strict' });
  const times = await timeSends((requestId, content) => worker.call('send', requestId, content), task);
  const all = task.messages + WARM_UPS;
  const left = await worker.call<{ operations: number; messages: number }>('left');
  if (left.operations !== all || left.messages !== all)
    throw new Error(`${left.operations} operations and ${left.messages} messages of ${all} are stored`);
  const first = await worker.call<string>('firstWaiting');
  if (first !== textOf(0)) throw new Error(`the first message that waits is ${first}, not ${textOf(0)}`);
  await worker.call('destroy');
  worker.terminate();
  return { ...times, members: null };
}
