/** Writing messages by Chatlarder, with no network or while the reference server is being sent them. */
import { openOverHttp, outboxEmpty, setNetwork } from './support/network.js';
import type { SendResult, SendTask } from './support/results.js';
import { membersOfWaiting, timeSends } from './support/waiting-messages.js';

export async function run({
  network,
  ...task
}: SendTask & { network: 'online' | 'offline' }): Promise<SendResult> {
  const larder = await openOverHttp(`send-${Date.now()}`);
  await setNetwork(larder, network);
  const times = await timeSends((requestId, content) => larder.chat(requestId).send({ content }), task);
  const members = network === 'offline' ? await membersOfWaiting(larder.databaseName, task) : null;
  if (network === 'online') await outboxEmpty(larder);
  await larder.destroy();
  return { ...times, members };
}
