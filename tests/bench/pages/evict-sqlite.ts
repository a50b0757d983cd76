/** SQLite makes room: along the index of the last use, in one transaction. */
import type { EvictResult, EvictTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

export async function run({ user, bytes, victims }: EvictTask): Promise<EvictResult> {
  const worker = new BenchWorker('/scripts/evict-sqlite-worker.js');
  await worker.call('open', user);
  const start = performance.now();
  await worker.call('evict', victims * bytes);
  const ms = performance.now() - start;
  const left = await worker.call<Omit<EvictResult, 'ms'>>('left');
  await worker.call('close');
  worker.terminate();
  return { ms, ...left };
}
