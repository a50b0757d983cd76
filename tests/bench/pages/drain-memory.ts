/** Sending what waits to the server in the worker's memory, which answers at once. */
import { ChatServer } from './support/chat-server.js';
import { openBenchLarder } from './support/larder.js';
import { outboxEmpty, setNetwork } from './support/network.js';
import type { DrainResult, DrainTask } from './support/results.js';
import { writeAll } from './support/waiting-messages.js';

export async function run({ requestIds, perChat }: DrainTask): Promise<DrainResult> {
  const chats = requestIds.length;
  const { larder, server } = await openBenchLarder({
    userId: `drain-${Date.now()}`,
    chats,
    layout: 'blocks',
  });
  await setNetwork(larder, 'offline');
  await writeAll(larder, { requestIds: new ChatServer(chats).requestIds, perChat });
  await server('traffic');
  const start = performance.now();
  await Promise.all([setNetwork(larder, 'online'), outboxEmpty(larder)]);
  const ms = performance.now() - start;
  const { requests } = await server<{ requests: number }>('traffic');
  const { sends, stored } = await server<{ sends: number; stored: number }>('sent');
  if (stored !== chats * perChat) throw new Error(`the server has ${stored} of ${chats * perChat} messages`);
  await larder.destroy();
  return { ms, sends, others: requests - sends };
}
