/** How long the core takes for a page of messages, as WebAssembly in this process. */
import { loadTimedCore } from './timed-core.mjs';

const chats = 50;
const pageMessages = 200;
/** Steps before the clock counts, so that the engine's optimising compiler is through. */
const warmUps = 2;

/** A fresh core with empty chats, and for each of them the call whose answer is a page. */
async function prepare({ create, ChatServer }) {
  const core = await create();
  const server = new ChatServer(chats);
  const bytes = (value) => new TextEncoder().encode(JSON.stringify(value));
  const { step } = core;
  const replies = (calls) =>
    calls.map((call) => ({
      header: { type: 'reply', call, status: 200 },
      body: server[call.method](call.params),
    }));
  step([{ header: { type: 'hydrate' }, body: bytes({ chat_meta: [], cache_stats: [] }) }]);
  const callsOf = (events) => step(events).calls.filter(({ method }) => method === 'fetchMessages');
  const syncOf = (requestId) => [{ header: { type: 'sync', command: requestId, requestId } }];
  for (const requestId of server.requestIds) step(replies(callsOf(syncOf(requestId))));
  server.postToAll(pageMessages);
  return { core, pages: () => server.requestIds.map((id) => () => replies(callsOf(syncOf(id)))) };
}

/**
 * @param {string} packageFolder
 * @param {number} rounds
 * @returns {Promise<{pageMessages: number, stepMs: number[], coreMs: number[]}>} by round: the mean of all
 *   steps, from bytes in to plan parsed, and the core's part of it
 */
export async function timeSteps(packageFolder, rounds) {
  const parts = await loadTimedCore(packageFolder);
  const result = { pageMessages, stepMs: [], coreMs: [] };
  for (let round = -warmUps; round < rounds; round += 1) {
    const { core, pages } = await prepare(parts);
    const sums = { step: 0, core: 0 };
    for (const answer of pages()) {
      const events = answer();
      core.ms = 0;
      const start = performance.now();
      const { writes } = core.step(events);
      sums.step += performance.now() - start;
      sums.core += core.ms;
      if (writes[0].rows.length !== pageMessages) throw new Error('the core did not take the page');
    }
    if (round < 0) continue;
    result.stepMs.push(sums.step / chats);
    result.coreMs.push(sums.core / chats);
  }
  return result;
}
