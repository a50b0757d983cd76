/** A contender of the field gets files that it has, one after the other: in the page, or from its worker. */
import type { CachedMediaMeta } from '../../../js-bindings/src/gen/schema.js';
import { openFileStore, type FileStore } from './support/file-store.js';
import { checkFiles, filenameOf } from './support/files.js';
import { randomFrom, shuffled } from './support/random.js';
import type { FilesTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

interface GetTask extends FilesTask {
  store: string;
  /** Its store can be opened by a worker only. */
  worker?: boolean;
}

async function openInWorker({ user, store }: GetTask): Promise<FileStore> {
  const worker = new BenchWorker(`/scripts/files-store-worker.js?store=${encodeURIComponent(store)}`);
  await worker.call('open', user, 0, 0);
  return {
    put: () => Promise.reject(new Error('only the worker puts files')),
    get: (filename) => worker.call('get', filename),
    rows: () => worker.call('rows'),
    close: () => worker.terminate(),
    destroy: async () => {
      await worker.call('destroy');
      worker.terminate();
    },
  };
}

export async function run(task: GetTask): Promise<{ ms: number }> {
  const contender = await (task.worker ? openInWorker(task) : openFileStore(task.store, task.user));
  const names = shuffled(randomFrom(task.files), [...Array(task.files).keys()]).map(filenameOf);
  const read: ArrayBuffer[] = [];
  const start = performance.now();
  for (const name of names) read.push(await contender.get(name));
  const ms = performance.now() - start;
  await checkFiles(read, (await contender.rows()) as CachedMediaMeta[]);
  await contender.destroy();
  return { ms };
}
