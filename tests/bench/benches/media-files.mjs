/** Files: from server bytes in the worker's memory to all stored, and back in a new page. */
import { compare, joined } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';

const count = 200;
const bytes = 100_000;

const contenders = {
  optimal: { scripts: 'optimal', args: { how: 'putAll' } },
  'optimal, each verified': { scripts: 'optimal', args: { how: 'putEach' } },
  chatlarder: { scripts: 'chatlarder', args: {} },
};
const names = Object.keys(contenders);

async function runRound(browser, round, putMs, getMs) {
  for (const name of orderOf(names, round)) {
    const { scripts, args } = contenders[name];
    const task = { user: `files-${names.indexOf(name)}`, files: count, bytes, ...args };
    putMs[name].push((await browser.run(`/scripts/put-files-${scripts}.js`, task)).ms);
    getMs[name].push((await browser.run(`/scripts/get-files-${scripts}.js`, task)).ms);
  }
}

/** @param {import('./index.mjs').Context} context */
export async function files({ rounds, withBrowser }) {
  const [putMs, getMs] = [0, 1].map(() => Object.fromEntries(names.map((name) => [name, []])));
  for (let round = 0; round < rounds; round += 1)
    await withBrowser((browser) => runRound(browser, round, putMs, getMs));
  const what = `${count} files of ${bytes / 1000} kB`;
  const { 'optimal, each verified': _, ...readMs } = getMs;
  return joined([
    compare({ name: 'media-put', title: `media-put: ${what} are stored`, compare: 'time', samples: putMs }),
    compare({ name: 'media-get', title: `media-get: ${what} are read`, compare: 'time', samples: readMs }),
  ]);
}
