/** Chatlarder in the opening benches. */
import { moduleTransport, openLarder } from 'chatlarder';
import type { OpenContender, OpenTask } from './support/results.js';

export async function open({ user, chats, layout }: OpenTask): Promise<OpenContender> {
  const transport = moduleTransport(`/scripts/transport.js?chats=${chats}&channel=${user}`);
  const larder = await openLarder({ userId: user, transport, layout });
  return {
    newest: async (requestId, limit, before) => {
      const page = await larder
        .chat(requestId)
        .messages(before === undefined ? { limit } : { limit, before });
      return page.messages;
    },
    chats: async (limit) => (await larder.chats({ limit })).map(({ requestId }) => requestId),
    settled: () => larder.sync(),
    close: () => larder.close(),
  };
}
