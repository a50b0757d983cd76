/** Opening: the newest 50 messages of a chat among 100,000, in a new page, then of random chats. */
import { compare, joined } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';

const fillSize = { user: 'filled', chats: 100, perChat: 200, times: 5 };
const task = { user: fillSize.user, chats: fillSize.chats, limit: 50, warmReads: 200 };
const all = fillSize.chats * fillSize.perChat * fillSize.times;
/** A page is opened quickly and at very different speeds: so many openings for each round asked for. */
const openingsPerRound = 3;

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

/** @type {import('./index.mjs').Bench} */
export async function open({ rounds, withBrowser }) {
  const [cold, warm] = [noSamples(), noSamples()];
  await withBrowser(async (browser) => {
    for (const name of names) await fill(browser, name);
    for (let round = 0; round < rounds * openingsPerRound; round += 1) {
      for (const name of orderOf(names, round)) {
        const { coldMs, warmMs } = await openOnce(browser, name, round);
        cold[name].push(coldMs);
        warm[name].push(warmMs);
      }
    }
  });
  const what = `newest ${task.limit} of a chat among ${all} messages`;
  return joined([
    compare({ name: 'open', title: `open: new page, ${what}`, compare: 'time', samples: cold }),
    compare({ name: 'open-warm', title: `open-warm: open page, ${what}`, compare: 'time', samples: warm }),
  ]);
}
