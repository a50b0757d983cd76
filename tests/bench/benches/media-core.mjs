/** The core alone, in this Node: victims among few and many files, and the start with all that is stored. */
import { joined } from '../comparison.mjs';
import { timeHydration, timeVictims, victims } from '../media-steps.mjs';
import { summaryOf } from '../statistics.mjs';

const chats = 1000;
const bytes = 1000;
const cacheSizes = [5000, 50_000];
const hydrated = { chats, entries: 10_000, bytes };
const MIB = 2 ** 20;

const columns = ['', 'median ms', 'min', 'max'];
const rowOf = (name, { median, min, max }) => [name, ...[median, min, max].map((ms) => ms.toFixed(3))];

async function chooseVictims(packageFolder, rounds) {
  const samples = {};
  for (const entries of cacheSizes)
    samples[entries] = await timeVictims(packageFolder, rounds, { chats, entries, bytes });
  const summaries = Object.entries(samples).map(([entries, ms]) => [entries, summaryOf(ms)]);
  const title = `media-victims: the core evicts ${victims} files in as many of ${chats} chats, in this Node`;
  return {
    tables: [{ title, columns, rows: summaries.map(([entries, ms]) => rowOf(`among ${entries}`, ms)) }],
    lines: summaries.map(
      ([entries, ms]) => `media-victims: ${ms.median.toFixed(3)} ms for ${victims} among ${entries}`,
    ),
    data: { 'media-victims': samples },
  };
}

async function hydrate(packageFolder, rounds) {
  const { coreMs, allMs, memoryBytes } = await timeHydration(packageFolder, rounds, hydrated);
  const [core, all] = [summaryOf(coreMs), summaryOf(allMs)];
  const memory = `${(memoryBytes / MIB).toFixed(1)} MiB`;
  const what = `${chats} chats and ${hydrated.entries} files`;
  const title = `media-hydrate: a new core is told of ${what} and has ${memory} then, in this Node`;
  const rows = [rowOf('core alone', core), rowOf('rows to plan parsed', all)];
  const line = `media-hydrate: ${core.median.toFixed(1)} ms in the core, ${memory} for ${what}`;
  return {
    tables: [{ title, columns, rows }],
    lines: [line],
    data: { 'media-hydrate': { coreMs, allMs, memoryBytes } },
  };
}

/** @param {import('./index.mjs').Context} context */
export async function mediaCore({ rounds, pages: { packageFolder } }) {
  return joined([await chooseVictims(packageFolder, rounds), await hydrate(packageFolder, rounds)]);
}
