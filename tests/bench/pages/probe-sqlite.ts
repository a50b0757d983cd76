/** Why SQLite can't run in this engine; null where it can. */
import { BenchWorker } from './support/rpc.js';

export async function run(): Promise<string | null> {
  const worker = new BenchWorker('/scripts/sqlite-worker.js');
  try {
    await worker.call('open', 'probe');
    await worker.call('close');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    worker.terminate();
  }
}
