/** Fills a SQLite database for the reading benches; gives the number of messages it then has. */
import type { FillSize } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

export async function run(size: FillSize): Promise<number> {
  const worker = new BenchWorker('/scripts/sqlite-worker.js');
  await worker.call('open', size.user);
  const stored = await worker.call<number>('fill', size);
  await worker.call('close');
  worker.terminate();
  return stored;
}
