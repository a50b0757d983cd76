/** How long the core takes for many media: to be told of them, and to choose which of them are to go. */
import { loadTimedCore } from './timed-core.mjs';

/** Cores before the clock counts, so that the engine's optimising compiler is through. */
const warmUps = 3;
const evictions = 20;

export const victims = 100;

/** One event, and what goes on of it in the same transaction; gives all plans. */
function stepThrough(core, event) {
  const plans = [core.step([event])];
  while (plans.at(-1).more) plans.push(core.step([]));
  return plans;
}

/** As the package's host does it: in parts, so that no core holds them all as text. */
function hydrate(core, bodies) {
  const header = { type: 'hydrate', userId: 'bench', layout: 'blocks', limits: {}, keeps: true };
  bodies.forEach((body, i) => {
    const more = i < bodies.length - 1 ? { more: true } : null;
    stepThrough(core, { header: { ...header, ...more }, body });
  });
}

const bodiesFor = ({ bodiesOf }, { chat_meta, cache_stats, media_meta }) =>
  bodiesOf(chat_meta, cache_stats, [], [...media_meta]);

/** The ids of the entries that a plan deletes. */
const deletedIn = ({ writes }) =>
  writes.filter(({ op, store }) => op === 'delete' && store === 'media_meta').flatMap(({ keys }) => keys);

/** Throws when these are not the ones that were used longest ago. */
function checkVictims(deleted, rows) {
  const byUse = rows.media_meta.toSorted((a, b) => a.lastAccessedAt - b.lastAccessedAt);
  const expected = byUse.slice(0, deleted.length).map(({ id }) => id);
  if (deleted.length !== victims * evictions || deleted.sort().join() !== expected.sort().join())
    throw new Error(`the core evicted others than the ${victims * evictions} used longest ago`);
}

/**
 * Times of the core alone for choosing victims, each time so many of which nobody has looked for one before.
 *
 * @param {string} packageFolder
 * @param {number} rounds
 * @param {import('./pages/support/media-rows.js').MediaSize} size
 * @returns {Promise<number[]>} by round: the mean of its evictions
 */
export async function timeVictims(packageFolder, rounds, size) {
  const parts = await loadTimedCore(packageFolder);
  const rows = parts.mediaRows(size);
  const bodies = bodiesFor(parts, rows);
  const times = [];
  for (let round = -warmUps; round < rounds; round += 1) {
    const core = await parts.create();
    hydrate(core, bodies);
    core.ms = 0;
    const deleted = [];
    for (let eviction = 0; eviction < evictions; eviction += 1) {
      const header = { type: 'mediaEvict', command: `evict-${eviction}`, bytes: victims * size.bytes };
      deleted.push(...stepThrough(core, { header }).flatMap(deletedIn));
    }
    checkVictims(deleted, rows);
    if (round >= 0) times.push(core.ms / evictions);
  }
  return times;
}

/**
 * Times for telling a new core what is stored.
 *
 * @param {string} packageFolder
 * @param {number} rounds
 * @param {import('./pages/support/media-rows.js').MediaSize} size
 * @returns {Promise<{coreMs: number[], allMs: number[], memoryBytes: number}>} by round: the core's part, and
 *   all from the rows to the last plan parsed; and how large the core's memory is after it
 */
export async function timeHydration(packageFolder, rounds, size) {
  const parts = await loadTimedCore(packageFolder);
  const rows = parts.mediaRows(size);
  const result = { coreMs: [], allMs: [], memoryBytes: 0 };
  for (let round = -warmUps; round < rounds; round += 1) {
    const core = await parts.create();
    const start = performance.now();
    hydrate(core, bodiesFor(parts, rows));
    const ms = performance.now() - start;
    result.memoryBytes = core.memory.buffer.byteLength;
    if (round < 0) continue;
    result.coreMs.push(core.ms);
    result.allMs.push(ms);
  }
  return result;
}
