/**
 * Who takes part in the benches that compare times.
 *
 * @typedef {object} Contender
 * @property {string} scripts the scripts of pages/ for it are `ingest-NAME.js`, `fill-NAME.js` and so on
 * @property {Record<string, number>} [fewer] messages in each chat where it would take too long, by the bench
 * @property {string} [fill] of whom the one is that fills its database, where that is another's
 * @property {string} [open] the script of pages/ that opens its database, where that has another name
 * @property {object} args what these scripts are given besides the task
 * @property {string[]} preload what its script for opening needs loaded before the clock starts
 * @property {string} [probe] a script that tells why this engine can't run the contender
 */
const chatlarder = { scripts: 'chatlarder', preload: ['/dist/index.js'] };

/** A library of the field, or what is written by hand for the same calls: one script. */
const field = (name) => {
  const store = `/scripts/store-${name}.js`;
  return { scripts: 'store', open: store, args: { store }, preload: [] };
};

/** @type {Record<string, Contender>} */
export const contenders = {
  optimal: { scripts: 'optimal', args: {}, preload: [] },
  naive: { ...field('naive'), fill: 'optimal', fewer: { ingest: 40 } },
  idb: field('idb'),
  dexie: field('dexie'),
  rxdb: field('rxdb'),
  pouchdb: field('pouchdb'),
  sqlite: {
    scripts: 'sqlite',
    args: {},
    preload: ['+/scripts/sqlite-worker.js', '+/sqlite/index.mjs', '+/sqlite/sqlite3.wasm'],
    probe: '/scripts/probe-sqlite.js',
  },
  chatlarder: { ...chatlarder, args: { layout: 'blocks' } },
  'chatlarder rows': { ...chatlarder, args: { layout: 'rows' } },
};

/** Those that don't collect by themselves what comes one by one, when the app does it for them. */
export const collecting = Object.fromEntries(
  ['idb', 'dexie', 'rxdb', 'pouchdb', 'sqlite'].map((name) => {
    const { args, ...others } = contenders[name];
    return [`${name}, collected`, { ...others, args: { ...args, collected: true } }];
  }),
);

/** @param {Contender} contender @param {string} work */
export function scriptOf(contender, work) {
  if (work === 'open' && contender.open) return contender.open;
  return `/scripts/${work}-${(work === 'fill' && contender.fill) || contender.scripts}.js`;
}

/** Each contender with an empty list. */
export const noSamples = (names) => Object.fromEntries(names.map((name) => [name, []]));

/**
 * The contenders that this engine can run, and why not for the others.
 *
 * @param {import('./index.mjs').Context['withBrowser']} withBrowser
 * @param {Record<string, Contender>} [all]
 * @returns {Promise<{names: string[], skipped: {name: string, reason: string}[]}>}
 */
export async function whoCanRun(withBrowser, all = contenders) {
  const reasons = new Map();
  await withBrowser(async (browser) => {
    const probes = new Set(Object.values(all).flatMap(({ probe }) => probe ?? []));
    for (const probe of probes) reasons.set(probe, await browser.run(probe, {}));
  });
  const named = Object.entries(all).map(([name, { probe }]) => {
    return { name, reason: reasons.get(probe) ?? null };
  });
  return {
    names: named.filter(({ reason }) => reason === null).map(({ name }) => name),
    skipped: named.filter(({ reason }) => reason !== null),
  };
}
