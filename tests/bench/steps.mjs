/** How long the core takes for a page of messages, as WebAssembly in this process. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleForNode } from './bundle.mjs';

const chats = 50;
const pageMessages = 200;
/** Steps before the clock counts, so that the engine's optimising compiler is through. */
const warmUps = 2;

/** Instances whose `core_step` notes how long it took. */
function timed(instantiate, spent) {
  return async (module, imports) => {
    const { exports } = await instantiate(module, imports);
    const core_step = (...args) => {
      const start = performance.now();
      const result = exports.core_step(...args);
      spent.ms = performance.now() - start;
      return result;
    };
    return { exports: { ...exports, core_step } };
  };
}

/** A fresh core with empty chats, and for each of them the call whose answer is a page. */
async function prepare({ Core, ChatServer }, module) {
  const core = await Core.create(module);
  const server = new ChatServer(chats);
  const bytes = (value) => new TextEncoder().encode(JSON.stringify(value));
  const step = (events) => core.step(events, Date.now());
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
  return { step, pages: () => server.requestIds.map((id) => () => replies(callsOf(syncOf(id)))) };
}

/**
 * @param {string} packageFolder
 * @param {number} rounds
 * @returns {Promise<{pageMessages: number, stepMs: number[], coreMs: number[]}>} by round: the mean of all
 *   steps, from bytes in to plan parsed, and the core's part of it
 */
export async function timeSteps(packageFolder, rounds) {
  const parts = await bundleForNode();
  const module = await WebAssembly.compile(await readFile(join(packageFolder, 'chatlarder.wasm')));
  const spent = { ms: 0 };
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = timed(instantiate, spent);
  const result = { pageMessages, stepMs: [], coreMs: [] };
  for (let round = -warmUps; round < rounds; round += 1) {
    const { step, pages } = await prepare(parts, module);
    const sums = { step: 0, core: 0 };
    for (const answer of pages()) {
      const events = answer();
      const start = performance.now();
      const { writes } = step(events);
      sums.step += performance.now() - start;
      sums.core += spent.ms;
      if (writes[0].rows.length !== pageMessages) throw new Error('the core did not take the page');
    }
    if (round < 0) continue;
    result.stepMs.push(sums.step / chats);
    result.coreMs.push(sums.core / chats);
  }
  WebAssembly.instantiate = instantiate;
  return result;
}
