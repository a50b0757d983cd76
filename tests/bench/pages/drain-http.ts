/** Sending what waits to the reference server. */
import { openOverHttp, outboxEmpty, setNetwork } from './support/network.js';
import { countRequests } from './support/requests.js';
import type { DrainResult, DrainTask } from './support/results.js';
import { writeAll } from './support/waiting-messages.js';

export async function run(task: DrainTask): Promise<DrainResult> {
  const larder = await openOverHttp(`drain-${Date.now()}`);
  await setNetwork(larder, 'offline');
  await writeAll(larder, task);
  const requests = await countRequests();
  const start = performance.now();
  await Promise.all([setNetwork(larder, 'online'), outboxEmpty(larder)]);
  const ms = performance.now() - start;
  const counts = await requests();
  await larder.destroy();
  return { ms, ...counts };
}
