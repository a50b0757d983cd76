/** The same requests to the reference server by hand, nothing stored: as many at once, each chat in order. */
import { inLanes, post } from './support/draining.js';
import { countRequests } from './support/requests.js';
import type { DrainResult, DrainTask } from './support/results.js';
import { textOf } from './support/waiting-messages.js';

export async function run({ requestIds, perChat }: DrainTask): Promise<DrainResult> {
  const requests = await countRequests();
  const start = performance.now();
  await inLanes(requestIds, async (requestId) => {
    for (let number = 0; number < perChat; number += 1)
      await post(requestId, textOf(number), crypto.randomUUID());
  });
  const ms = performance.now() - start;
  return { ms, ...(await requests()) };
}
