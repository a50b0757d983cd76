/** A contender of the field stores files as they come: each verified and by itself. */
import type { FilesTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

export async function run({
  user,
  files,
  bytes,
  store,
}: FilesTask & { store: string }): Promise<{ ms: number }> {
  const worker = new BenchWorker(`/scripts/files-store-worker.js?store=${encodeURIComponent(store)}`);
  await worker.call('open', user, files, bytes);
  const start = performance.now();
  await worker.call('putEach');
  const ms = performance.now() - start;
  await worker.call('close');
  worker.terminate();
  return { ms };
}
