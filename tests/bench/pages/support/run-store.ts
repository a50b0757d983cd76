/** A contender of the field in the ingesting benches, in a worker as the others are. */
import type { IngestResult } from './results.js';
import { BenchWorker } from './rpc.js';
import type { Stored } from './stored.js';

/** For a contender of the field: its script. */
export interface WithStore {
  store: string;
}

export const storeWorker = ({ store }: WithStore) =>
  new BenchWorker(`/scripts/store-worker.js?store=${encodeURIComponent(store)}`);

/** Prepares the worker, times what it then stores; `lastSequence` names the message for the comparison. */
export async function timeStore(
  task: WithStore,
  lastSequence: number,
  prepare: string,
  ...args: unknown[]
): Promise<IngestResult> {
  const worker = storeWorker(task);
  await worker.call(prepare, `bench-${Date.now()}`, ...args);
  const start = performance.now();
  await worker.call('store');
  const ms = performance.now() - start;
  const { count, sample } = await worker.call<Stored>('stored', 1, lastSequence);
  await worker.call('destroy');
  worker.terminate();
  return { ms, stored: count, sample };
}
