/** The same requests to the reference server by hand, nothing stored: as many at once, each chat in order. */
import { countRequests } from './support/requests.js';
import type { DrainResult, DrainTask } from './support/results.js';
import { textOf } from './support/waiting-messages.js';

const LANES = 4;
const headers = { authorization: 'Bearer customer-token', 'content-type': 'application/json' };

async function post(requestId: string, content: string): Promise<void> {
  const body = JSON.stringify({ content, clientTempId: crypto.randomUUID() });
  const response = await fetch(`/api/v1/chats/${requestId}/messages`, { method: 'POST', headers, body });
  if (response.status !== 201) throw new Error(`sending was answered with ${response.status}`);
  await response.json();
}

async function sendChats(requestIds: string[], perChat: number): Promise<void> {
  for (const requestId of requestIds) {
    for (let number = 0; number < perChat; number += 1) await post(requestId, textOf(number));
  }
}

export async function run({ requestIds, perChat }: DrainTask): Promise<DrainResult> {
  const lanes = Array.from({ length: LANES }, (_, lane) => requestIds.filter((_, i) => i % LANES === lane));
  const requests = await countRequests();
  const start = performance.now();
  await Promise.all(lanes.map((chats) => sendChats(chats, perChat)));
  const ms = performance.now() - start;
  return { ms, ...(await requests()) };
}
