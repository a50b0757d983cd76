/** Hand-written IndexedDB stores files: all in one transaction, or verified and in a transaction each. */
import type { FilesTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

export async function run({ user, files, bytes, how }: FilesTask): Promise<{ ms: number }> {
  const worker = new BenchWorker('/scripts/files-worker.js');
  await worker.call('open', user, files, bytes);
  const start = performance.now();
  await worker.call(how);
  const ms = performance.now() - start;
  await worker.call('close');
  worker.terminate();
  return { ms };
}
