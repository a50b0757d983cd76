/** Making room: the files that were used longest ago go, in the browser and all in all. */
import { compare, joined, skips } from '../comparison.mjs';
import { orderOf } from '../statistics.mjs';
import { contenders as field, whoCanRun } from './contenders.mjs';

const victims = 100;

const contenders = {
  'index cursor': { fill: 'fill-media', evict: 'evict-cursor' },
  chatlarder: { fill: 'fill-media', evict: 'evict-chatlarder' },
  idb: { fill: 'fill-media', evict: 'evict-idb' },
  dexie: { fill: 'fill-media', evict: 'evict-dexie' },
  sqlite: { fill: 'fill-media-sqlite', evict: 'evict-sqlite', probe: field.sqlite.probe },
  workbox: { fill: 'fill-workbox', evict: 'evict-workbox' },
};

/**
 * All are compared where filling doesn't take minutes. RxDB and PouchDB are not: what they delete leaves a
 * tombstone, and bytes go when it is cleaned up or compacted later, so that a time would mean something else.
 */
const notCompared = [
  { name: 'rxdb', reason: 'what it deletes stays as a tombstone until it is cleaned up' },
  { name: 'pouchdb', reason: 'what it deletes stays as a tombstone, its bytes until it is compacted' },
];

const workloads = [
  {
    name: 'media-evict',
    names: ['index cursor', 'chatlarder'],
    size: { chats: 1000, entries: 50_000, bytes: 1000 },
  },
  {
    name: 'media-evict-5000',
    names: Object.keys(contenders),
    size: { chats: 1000, entries: 5000, bytes: 1000 },
  },
];

const USED_FIRST_MS = Date.UTC(2026, 0, 5);
const USED_EVERY_MS = 60_000;

/** What must be left when so many files have gone; pages/support/media-rows.ts says when they were used. */
function check(name, { entries: all }, gone, { entries, blobs, oldestMs, first }) {
  const isLeft =
    name === 'workbox'
      ? first === `/media/${gone}.jpg`
      : blobs === all - gone && oldestMs === USED_FIRST_MS + gone * USED_EVERY_MS;
  if (entries !== all - gone || !isLeft)
    throw new Error(`${name} left ${entries} entries, ${blobs} blobs, from ${first ?? oldestMs} on`);
}

async function runWorkload({ name: bench, names: all, size }, { rounds, withBrowser }) {
  const who = Object.fromEntries(all.map((name) => [name, contenders[name]]));
  const { names, skipped } = await whoCanRun(withBrowser, who);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  await withBrowser(async (browser) => {
    const taskOf = (name, round) => ({ ...size, victims, round, user: `${bench}-${name.replace(' ', '-')}` });
    for (const name of names) await browser.run(`/scripts/${contenders[name].fill}.js`, taskOf(name, 0));
    for (let round = 0; round < rounds; round += 1) {
      for (const name of orderOf(names, round)) {
        const result = await browser.run(`/scripts/${contenders[name].evict}.js`, taskOf(name, round));
        check(name, size, victims * (round + 1), result);
        samples[name].push(result.ms);
      }
    }
  });
  const title = `${bench}: ${victims} files go of ${size.entries} of ${size.bytes} bytes`;
  const outcome = compare({ name: bench, title, compare: 'time', samples, base: 'index cursor' });
  return joined([outcome, skips(bench, [...skipped, ...notCompared])]);
}

/** @param {import('./index.mjs').Context} context */
export async function evict(context) {
  const outcomes = [];
  for (const workload of workloads) outcomes.push(await runWorkload(workload, context));
  return joined(outcomes);
}
