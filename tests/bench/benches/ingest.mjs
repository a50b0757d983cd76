/** Ingest: server bytes in a worker's memory to all committed, in bulk and one by one. */
import { bundleForNode } from '../bundle.mjs';
import { compare, joined, skips } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';
import { collecting, contenders, noSamples, scriptOf, whoCanRun } from './contenders.mjs';

const bulk = {
  name: 'ingest',
  compare: 'throughput',
  size: { chats: 100, known: 0, perChat: 200 },
  who: contenders,
};
const oneByOne = {
  name: 'live',
  compare: 'time',
  size: { chats: 100, known: 50, perChat: 20 },
  who: { ...contenders, ...collecting },
};

/** What a contender must have stored in the end. */
function check(name, { chats, known, perChat }, { stored, sample }, makeMessage) {
  const all = chats * (known + perChat);
  if (stored !== all) throw new Error(`${name} stored ${stored} of ${all} messages`);
  const expected = JSON.stringify(makeMessage(1, known + perChat));
  if (sample !== expected) throw new Error(`${name} stored\n${sample}\nnot\n${expected}`);
}

/** Times all once, in a browser of its own. One that gets fewer messages has its time taken by proportion. */
async function runRound(browser, { name: work, size, who }, names, round, samples, makeMessage) {
  for (const name of orderOf(names, round)) {
    const own = { ...size, perChat: Math.min(size.perChat, who[name].fewer?.[work] ?? Infinity) };
    const result = await browser.run(scriptOf(who[name], work), { ...own, ...who[name].args });
    check(name, own, result, makeMessage);
    samples[name].push((result.ms * size.perChat) / own.perChat);
  }
}

/** Says who got fewer messages. */
function fewerOf({ name: work, size, who }, names) {
  const lines = names
    .filter((name) => who[name].fewer?.[work] < size.perChat)
    .map((name) => {
      const own = size.chats * who[name].fewer[work];
      return `${work}: ${name} stored ${own} messages; its time is for as many as the others', by proportion`;
    });
  return { tables: [], lines, data: {} };
}

async function runWorkload(full, { rounds, quick, withBrowser }) {
  const { size: fullSize } = full;
  const workload = quick ? { ...full, size: { ...fullSize, perChat: fullSize.perChat / 10 } } : full;
  const { names, skipped } = await whoCanRun(withBrowser, workload.who);
  const { makeMessage } = await bundleForNode();
  const samples = noSamples(names);
  for (let round = 0; round < rounds; round += 1) {
    await withBrowser((browser) => runRound(browser, workload, names, round, samples, makeMessage));
  }
  const { name, size } = workload;
  const how = full === bulk ? 'empty chats' : `chats with ${size.known}, one by one`;
  const title = `${name}: ${size.chats * size.perChat} messages in ${size.chats} ${how}`;
  const outcome = compare({ name, title, compare: workload.compare, samples });
  return joined([outcome, fewerOf(workload, names), skips(name, skipped)]);
}

/** @type {import('./index.mjs').Bench} */
export const ingest = (context) => runWorkload(bulk, context);

/** @type {import('./index.mjs').Bench} */
export const live = (context) => runWorkload(oneByOne, context);
