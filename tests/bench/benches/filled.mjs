/** What the reading benches share: databases that are filled, then opened by new pages again and again. */
import { orderOf } from '../statistics.mjs';
import { contenders, scriptOf, whoCanRun } from './contenders.mjs';

/**
 * A page is opened quickly and at very different speeds: so many openings for each round asked for and each
 * order of filling. What was filled last opens more slowly, because its rows lie in more files: each
 * contender is once among the first and once among the last.
 */
const openingsPerRound = 2;

/** Every chat has 1,000 messages, the last four 5,000. For a quick look: 200 and 1,000. */
const fullSize = { chats: 84, perChat: 200, times: 5, longChats: 4, longTimes: 20 };
const quickSize = { ...fullSize, times: 1, longTimes: 4 };

/**
 * @typedef {typeof fullSize & {lastSequence: number, all: number}} FilledSize
 * @returns {FilledSize}
 */
function sizeFor({ quick }) {
  const size = quick ? quickSize : fullSize;
  const { chats, perChat, times, longChats, longTimes } = size;
  const all = perChat * (chats * times + longChats * longTimes);
  return { ...size, lastSequence: perChat * (times + longTimes), all };
}

const userOf = (name) => `filled-${name.replace(' ', '-')}`;

async function fill(browser, size, name) {
  const task = { ...size, ...contenders[name].args, user: userOf(name) };
  const stored = await browser.run(scriptOf(contenders[name], 'fill'), task);
  if (stored !== size.all) throw new Error(`${name} stored ${stored} of ${size.all} messages`);
}

function openOnce(browser, { page, task, run }, name, seed) {
  const contender = contenders[name];
  const { preload, args } = contender ?? { preload: [], args: {} };
  const script = contender ? scriptOf(contender, 'open') : '';
  const whole = { ...task, ...args, user: userOf(name), script, preload, seed };
  return run(browser, `/scripts/${page}.js`, whole);
}

const runPage = (browser, script, task) => browser.run(script, task);

/**
 * A bench that reads what was filled.
 *
 * @typedef {object} Reading
 * @property {string} page the script that opens a contender's database
 * @property {object} task what the page is given
 * @property {number} [openings] as many for each round and order
 * @property {string[]} [besides] the page alone, under another name
 * @property {typeof runPage} [run]
 * @property {(name: string, result: object) => void} take
 * @property {(skipped: {name: string, reason: string}[]) => import('../comparison.mjs').Outcome} outcome
 */

async function readAll(browser, names, rounds, reading) {
  const { take, openings = openingsPerRound, besides = [], run = runPage } = reading;
  const all = [...names, ...besides];
  for (let opening = 0; opening < rounds * openings; opening += 1) {
    for (const name of orderOf(all, opening))
      take(name, await openOnce(browser, { ...reading, run }, name, opening));
  }
}

/** Fills fresh databases, then reads each in new pages in turn; then all over, in the opposite order. */
async function fillAndRead({ rounds, withBrowser }, size, readings) {
  const { names, skipped } = await whoCanRun(withBrowser);
  for (const order of [names, [...names].reverse()]) {
    await withBrowser(async (browser) => {
      for (const name of order) await fill(browser, size, name);
      for (const reading of readings) await readAll(browser, names, rounds, reading);
    });
  }
  return skipped;
}

/**
 * Benches that share the filling: the first that runs does it for all that were asked for.
 *
 * @param {Record<string, (size: FilledSize) => Reading>} makers by the benches' names
 * @returns {Record<string, import('./index.mjs').Bench>}
 */
export function sharingFilled(makers) {
  const runs = new WeakMap();
  const start = async (context) => {
    const chosen = Object.keys(makers).filter((name) => context.only.includes(name));
    const size = sizeFor(context);
    const readings = chosen.map((name) => makers[name](size));
    const skipped = await fillAndRead(context, size, readings);
    return Object.fromEntries(chosen.map((name, i) => [name, readings[i].outcome(skipped)]));
  };
  const benchOf = (name) => async (context) => {
    if (!runs.has(context)) runs.set(context, start(context));
    return (await runs.get(context))[name];
  };
  return Object.fromEntries(Object.keys(makers).map((name) => [name, benchOf(name)]));
}
