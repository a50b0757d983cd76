/** Writing messages that wait, by a bare put in a worker. */
import { deleteDatabase } from './support/idb.js';
import type { SendResult, SendTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';
import { membersOfWaiting, timeSends } from './support/waiting-messages.js';

export async function run(task: SendTask): Promise<SendResult> {
  const databaseName = `put-${Date.now()}`;
  const worker = new BenchWorker('/scripts/put-worker.js');
  await worker.call('open', databaseName);
  const times = await timeSends((requestId, content) => worker.call('put', requestId, content), task);
  await worker.call('close');
  worker.terminate();
  const members = await membersOfWaiting(databaseName, task);
  await deleteDatabase(databaseName);
  return { ...times, members };
}
