/** SQLite in the ingesting benches. */
import type { IngestResult } from './results.js';
import { BenchWorker } from './rpc.js';

/** Prepares the worker, times what it then stores; `lastSequence` names the message for the comparison. */
export async function timeSqlite(
  lastSequence: number,
  prepare: string,
  ...args: unknown[]
): Promise<IngestResult> {
  const worker = new BenchWorker('/scripts/sqlite-worker.js');
  await worker.call(prepare, `sqlite-${Date.now()}`, ...args);
  const start = performance.now();
  await worker.call('store');
  const ms = performance.now() - start;
  const { count, sample } = await worker.call<{ count: number; sample: string }>('stored', 1, lastSequence);
  await worker.call('close');
  worker.terminate();
  return { ms, stored: count, sample };
}
