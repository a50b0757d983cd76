/** SQLite in the reading benches: its worker answers with the JSON of the messages. */
import type { OpenContender, OpenTask } from './support/results.js';
import { BenchWorker } from './support/rpc.js';

export async function open({ user }: OpenTask): Promise<OpenContender> {
  const worker = new BenchWorker('/scripts/sqlite-worker.js');
  await worker.call('open', user);
  return {
    newest: async (requestId, limit, before) => {
      const json = await worker.call<string>('newest', requestId, limit, before);
      return JSON.parse(json) as { id: string; sequenceNumber: number }[];
    },
    chats: async (limit) => {
      const rows = JSON.parse(await worker.call<string>('chats', limit)) as { requestId: string }[];
      return rows.map(({ requestId }) => requestId);
    },
    settled: async () => {},
    close: async () => {
      await worker.call('close');
      worker.terminate();
    },
  };
}
