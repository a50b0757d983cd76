/** Files: from server bytes in the worker's memory to all stored, and back in a new page. */
import { compare, joined, skips } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';
import { contenders as all, whoCanRun } from './contenders.mjs';

const count = 200;
const bytes = 100_000;

const field = (name, args = {}) => ({
  scripts: 'store',
  args: { store: `/scripts/files-${name}.js`, ...args },
});

/** Of the field every contender is told of each file as it comes, and compares it with the server's hash. */
const contenders = {
  optimal: { scripts: 'optimal', args: { how: 'putAll' } },
  'optimal, each verified': { scripts: 'optimal', args: { how: 'putEach' } },
  idb: field('idb'),
  dexie: field('dexie'),
  rxdb: field('rxdb'),
  pouchdb: field('pouchdb'),
  sqlite: { ...field('sqlite', { worker: true }), probe: all.sqlite.probe },
  chatlarder: { scripts: 'chatlarder', args: {} },
};

async function runRound(browser, names, round, putMs, getMs) {
  for (const name of orderOf(names, round)) {
    const { scripts, args } = contenders[name];
    const task = { user: `files-${names.indexOf(name)}`, files: count, bytes, ...args };
    putMs[name].push((await browser.run(`/scripts/put-files-${scripts}.js`, task)).ms);
    getMs[name].push((await browser.run(`/scripts/get-files-${scripts}.js`, task)).ms);
  }
}

/** @param {import('./index.mjs').Context} context */
export async function files({ rounds, withBrowser }) {
  const { names, skipped } = await whoCanRun(withBrowser, contenders);
  const [putMs, getMs] = [0, 1].map(() => Object.fromEntries(names.map((name) => [name, []])));
  for (let round = 0; round < rounds; round += 1)
    await withBrowser((browser) => runRound(browser, names, round, putMs, getMs));
  const what = `${count} files of ${bytes / 1000} kB`;
  const { 'optimal, each verified': _, ...readMs } = getMs;
  return joined([
    compare({ name: 'media-put', title: `media-put: ${what} are stored`, compare: 'time', samples: putMs }),
    compare({ name: 'media-get', title: `media-get: ${what} are read`, compare: 'time', samples: readMs }),
    skips('media', skipped),
  ]);
}
