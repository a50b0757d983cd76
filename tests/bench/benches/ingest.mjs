/** Bulk ingest: server bytes in a worker's memory to all committed. */
import { compare } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';

const size = { chats: 100, perChat: 200 };
const contenders = {
  optimal: '/scripts/ingest-optimal.js',
  chatlarder: '/scripts/ingest-chatlarder.js',
};

/** What every contender must have stored in the end. */
function check(name, { stored, sample }, expected) {
  const all = size.chats * size.perChat;
  if (stored !== all) throw new Error(`${name} stored ${stored} of ${all} messages`);
  if (sample !== expected) throw new Error(`${name} stored\n${sample}\nnot\n${expected}`);
}

/** @type {import('./index.mjs').Bench} */
export async function ingest({ rounds, withBrowser }) {
  const names = Object.keys(contenders);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    await withBrowser(async (browser) => {
      const results = {};
      for (const name of orderOf(names, round)) results[name] = await browser.run(contenders[name], size);
      for (const name of names) {
        check(name, results[name], results.optimal.sample);
        samples[name].push(results[name].ms);
      }
    });
  }
  const title = `ingest: ${size.chats * size.perChat} messages in ${size.chats} chats`;
  return compare({ name: 'ingest', title, compare: 'throughput', samples });
}
