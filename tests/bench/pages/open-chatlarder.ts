/** Chatlarder in the opening benches. */
import { moduleTransport, openLarder } from 'chatlarder';
import type { OpenContender } from './support/results.js';

export async function open(user: string, chats: number): Promise<OpenContender> {
  const transport = moduleTransport(`/scripts/transport.js?chats=${chats}&channel=${user}`);
  const larder = await openLarder({ userId: user, transport });
  return {
    newest: async (requestId, limit) => (await larder.chat(requestId).messages({ limit })).messages,
    settled: () => larder.sync(),
    close: () => larder.close(),
  };
}
