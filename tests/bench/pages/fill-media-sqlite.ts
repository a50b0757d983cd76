/** Fills SQLite with many small files. */
import type { EvictTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

export async function run(task: EvictTask): Promise<void> {
  const worker = new BenchWorker('/scripts/evict-sqlite-worker.js');
  await worker.call('open', task.user);
  await worker.call('fill', task);
  await worker.call('close');
  worker.terminate();
}
