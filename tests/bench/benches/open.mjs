/** Opening: the newest 50 messages of a chat among 100,000, in a new page, then of random chats. */
import { compare, joined } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';

const fillSize = { user: 'filled', chats: 100, perChat: 200, times: 5 };
const task = { user: fillSize.user, chats: fillSize.chats, limit: 50, warmReads: 200 };
const all = fillSize.chats * fillSize.perChat * fillSize.times;
/**
 * A page is opened quickly and at very different speeds: so many openings for each round asked for and each
 * order of filling. What was filled last opens more slowly, because its rows lie in more files: each contender
 * is once the first and once the last.
 */
const openingsPerRound = 2;

const contenders = {
  optimal: { fill: '/scripts/fill-optimal.js', script: '/scripts/open-optimal.js', preload: [] },
  chatlarder: {
    fill: '/scripts/fill-chatlarder.js',
    script: '/scripts/open-chatlarder.js',
    preload: ['/dist/index.js'],
  },
};
const names = Object.keys(contenders);
const noSamples = () => Object.fromEntries(names.map((name) => [name, []]));

async function fill(browser, name) {
  const stored = await browser.run(contenders[name].fill, fillSize);
  if (stored !== all) throw new Error(`${name} stored ${stored} of ${all} messages`);
}

async function openOnce(browser, name, seed) {
  const { script, preload } = contenders[name];
  const result = await browser.run('/scripts/open.js', { ...task, script, preload, seed });
  if (result.messages !== task.limit) throw new Error(`${name} read ${result.messages} messages`);
  return result;
}

/** Fills fresh databases in this order, then opens each so many times. */
async function openFilled(browser, order, openings, samples) {
  for (const name of order) await fill(browser, name);
  for (let opening = 0; opening < openings; opening += 1) {
    for (const name of orderOf(names, opening)) {
      const { coldMs, warmMs } = await openOnce(browser, name, opening);
      samples.cold[name].push(coldMs);
      samples.warm[name].push(warmMs);
    }
  }
}

/** @type {import('./index.mjs').Bench} */
export async function open({ rounds, withBrowser }) {
  const samples = { cold: noSamples(), warm: noSamples() };
  for (const order of [names, [...names].reverse()]) {
    await withBrowser((browser) => openFilled(browser, order, rounds * openingsPerRound, samples));
  }
  const { cold, warm } = samples;
  const what = `newest ${task.limit} of a chat among ${all} messages`;
  return joined([
    compare({ name: 'open', title: `open: new page, ${what}`, compare: 'time', samples: cold }),
    compare({ name: 'open-warm', title: `open-warm: open page, ${what}`, compare: 'time', samples: warm }),
  ]);
}
