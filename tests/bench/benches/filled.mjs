/** What the reading benches share: databases that are filled, then opened by new pages again and again. */
import { orderOf } from '../statistics.mjs';
import { contenders, scriptOf, whoCanRun } from './contenders.mjs';

/**
 * A page is opened quickly and at very different speeds: so many openings for each round asked for and each
 * order of filling. What was filled last opens more slowly, because its rows lie in more files: each
 * contender is once among the first and once among the last.
 */
const openingsPerRound = 2;

const userOf = (name) => `filled-${name.replace(' ', '-')}`;

async function fill(browser, name, size) {
  const task = { ...size, ...contenders[name].args, user: userOf(name) };
  const stored = await browser.run(scriptOf(name, 'fill'), task);
  const all = size.chats * size.perChat * size.times;
  if (stored !== all) throw new Error(`${name} stored ${stored} of ${all} messages`);
}

function openOnce(browser, page, task, name, seed) {
  const { preload, args } = contenders[name];
  const script = scriptOf(name, 'open');
  return browser.run(`/scripts/${page}.js`, { ...task, ...args, user: userOf(name), script, preload, seed });
}

/**
 * Fills fresh databases, then opens each in new pages in turn; then all over, filled in the opposite order.
 *
 * @param {import('./index.mjs').Context} context
 * @param {object} work
 * @param {string} work.page the script that opens a contender's database
 * @param {{chats: number, perChat: number, times: number}} work.size
 * @param {object} work.task what the page is given
 * @param {(name: string, result: object) => void} work.take
 * @returns the contenders that did not run
 */
export async function openFilled({ rounds, withBrowser }, { page, size, task, take }) {
  const { names, skipped } = await whoCanRun(withBrowser);
  for (const order of [names, [...names].reverse()]) {
    await withBrowser(async (browser) => {
      for (const name of order) await fill(browser, name, size);
      for (let opening = 0; opening < rounds * openingsPerRound; opening += 1) {
        for (const name of orderOf(names, opening)) {
          take(name, await openOnce(browser, page, task, name, opening));
        }
      }
    });
  }
  return skipped;
}
