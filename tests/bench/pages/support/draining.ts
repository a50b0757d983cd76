/** Sending what waits by hand: four requests at once, each chat's messages in their order. */
import type { OfflineOperation } from 'chatlarder';
import type { ServerMessage } from './messages.js';

const LANES = 4;
const headers = { authorization: 'Bearer customer-token', 'content-type': 'application/json' };

/** Posts a message; gives what the server made of it. */
export async function post(requestId: string, content: string, clientTempId: string): Promise<ServerMessage> {
  const body = JSON.stringify({ content, clientTempId });
  const response = await fetch(`/api/v1/chats/${requestId}/messages`, { method: 'POST', headers, body });
  if (response.status !== 201) throw new Error(`sending was answered with ${response.status}`);
  return (await response.json()) as ServerMessage;
}

/** Has each lane go through its chats. */
export async function inLanes(
  requestIds: string[],
  work: (requestId: string) => Promise<void>,
): Promise<void> {
  const lanes = Array.from({ length: LANES }, (_, lane) => requestIds.filter((_, i) => i % LANES === lane));
  await Promise.all(
    lanes.map(async (chats) => {
      for (const requestId of chats) await work(requestId);
    }),
  );
}

/** Sends operations and has each answer stored before the next message of its chat goes. */
export async function drain(
  operations: OfflineOperation[],
  sent: (operation: OfflineOperation, answer: ServerMessage) => Promise<void>,
): Promise<void> {
  const ofChat = (requestId: string) => operations.filter((operation) => operation.requestId === requestId);
  const requestIds = [...new Set(operations.map(({ requestId }) => requestId))];
  await inLanes(requestIds, async (requestId) => {
    for (const operation of ofChat(requestId)) {
      const { content } = operation.payload as { content: string };
      await sent(operation, await post(requestId, content, operation.id));
    }
  });
}
