/** Hand-written IndexedDB in the ingesting benches, in a worker as the others are. */
import { deleteDatabase } from './idb.js';
import type { IngestResult } from './results.js';
import { BenchWorker } from './rpc.js';
import { readStored } from './stored.js';

/** Prepares the worker, times what it then stores; `lastSequence` names the message for the comparison. */
export async function timeOptimal(
  prepare: string,
  size: object,
  lastSequence: number,
): Promise<IngestResult> {
  const databaseName = `optimal-${Date.now()}`;
  const worker = new BenchWorker('/scripts/optimal-worker.js');
  await worker.call(prepare, databaseName, size);
  const start = performance.now();
  await worker.call('store');
  const ms = performance.now() - start;
  await worker.call('close');
  worker.terminate();
  const { count, sample } = await readStored(databaseName, 1, lastSequence);
  await deleteDatabase(databaseName);
  return { ms, stored: count, sample };
}
