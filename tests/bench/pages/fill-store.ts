/** Fills a database of a contender of the field for the reading benches; gives the number of its messages. */
import type { FillSize } from './support/results.js';
import { storeWorker, type WithStore } from './support/run-store.js';

export async function run({ store, ...size }: FillSize & WithStore): Promise<number> {
  const worker = storeWorker({ store });
  await worker.call('open', { user: size.user });
  const stored = await worker.call<number>('fill', size);
  await worker.call('close');
  worker.terminate();
  return stored;
}
