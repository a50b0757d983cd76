/** Files of one size in the database, or in the origin private file system: to be stored, and to be read. */
import { deleteDatabase } from './support/idb.js';
import type { PlaceResult, PlaceTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

export async function run(task: PlaceTask): Promise<PlaceResult> {
  const name = `places-${Date.now()}`;
  const worker = new BenchWorker('/scripts/places-worker.js');
  await worker.call('open', name);
  const result = await worker.call<PlaceResult>('time', task);
  await worker.call('close');
  worker.terminate();
  await deleteDatabase(name);
  return result;
}
