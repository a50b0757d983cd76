/** Ingest: server bytes in a worker's memory to all committed, in bulk and one by one. */
import { compare, joined, skips } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';
import { contenders, noSamples, scriptOf, whoCanRun } from './contenders.mjs';

const bulk = { name: 'ingest', compare: 'throughput', size: { chats: 100, known: 0, perChat: 200 } };
const oneByOne = { name: 'live', compare: 'time', size: { chats: 100, known: 50, perChat: 20 } };

/** What every contender must have stored in the end. */
function check(name, size, { stored, sample }, expected) {
  const all = size.chats * (size.known + size.perChat);
  if (stored !== all) throw new Error(`${name} stored ${stored} of ${all} messages`);
  if (sample === null || sample !== expected) throw new Error(`${name} stored\n${sample}\nnot\n${expected}`);
}

/** Times all once, in a browser of its own. */
async function runRound(browser, { name: work, size }, names, round, samples) {
  const results = {};
  for (const name of orderOf(names, round)) {
    results[name] = await browser.run(scriptOf(name, work), { ...size, ...contenders[name].args });
  }
  for (const name of names) {
    check(name, size, results[name], results.optimal.sample);
    samples[name].push(results[name].ms);
  }
}

async function runWorkload(workload, { rounds, withBrowser }) {
  const { names, skipped } = await whoCanRun(withBrowser);
  const samples = noSamples(names);
  for (let round = 0; round < rounds; round += 1) {
    await withBrowser((browser) => runRound(browser, workload, names, round, samples));
  }
  const { name, size } = workload;
  const how = workload === bulk ? 'empty chats' : `chats with ${size.known}, one by one`;
  const title = `${name}: ${size.chats * size.perChat} messages in ${size.chats} ${how}`;
  const outcome = compare({ name, title, compare: workload.compare, samples });
  return joined([outcome, skips(name, skipped)]);
}

/** @type {import('./index.mjs').Bench} */
export const ingest = (context) => runWorkload(bulk, context);

/** @type {import('./index.mjs').Bench} */
export const live = (context) => runWorkload(oneByOne, context);
