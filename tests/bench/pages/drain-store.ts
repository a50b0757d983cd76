/** Sending what waits by hand, with a contender of the field to keep it. */
import { countRequests } from './support/requests.js';
import type { DrainResult, DrainTask } from './support/results.js';
import { storeWorker, type WithStore } from './support/run-store.js';
import { textOf } from './support/waiting-messages.js';

export async function run({ store, requestIds, perChat }: DrainTask & WithStore): Promise<DrainResult> {
  const worker = storeWorker({ store });
  await worker.call('open', { user: `drain-${Date.now()}` });
  for (const requestId of requestIds) {
    for (let number = 0; number < perChat; number += 1) await worker.call('send', requestId, textOf(number));
  }
  const requests = await countRequests();
  const start = performance.now();
  await worker.call('drain');
  const ms = performance.now() - start;
  const counts = await requests();
  const all = requestIds.length * perChat;
  const left = await worker.call<{ operations: number; messages: number }>('left');
  if (left.operations !== 0 || left.messages !== all)
    throw new Error(`${left.operations} operations and ${left.messages} of ${all} messages are left`);
  await worker.call('destroy');
  worker.terminate();
  return { ms, ...counts };
}
