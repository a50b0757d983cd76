/**
 * Who takes part in the benches that compare times.
 *
 * @typedef {object} Contender
 * @property {string} scripts the scripts of pages/ for it are `ingest-NAME.js`, `fill-NAME.js` and so on
 * @property {object} args what these scripts are given besides the task
 * @property {string[]} preload what `open-NAME.js` needs loaded before the clock starts
 * @property {string} [probe] a script that tells why this engine can't run the contender
 */
const chatlarder = { scripts: 'chatlarder', preload: ['/dist/index.js'] };

/** @type {Record<string, Contender>} */
export const contenders = {
  optimal: { scripts: 'optimal', args: {}, preload: [] },
  chatlarder: { ...chatlarder, args: { layout: 'blocks' } },
  'chatlarder rows': { ...chatlarder, args: { layout: 'rows' } },
  sqlite: {
    scripts: 'sqlite',
    args: {},
    preload: ['+/scripts/sqlite-worker.js', '+/sqlite/index.mjs', '+/sqlite/sqlite3.wasm'],
    probe: '/scripts/probe-sqlite.js',
  },
};

export const scriptOf = (name, work) => `/scripts/${work}-${contenders[name].scripts}.js`;

/** Each contender with an empty list. */
export const noSamples = (names) => Object.fromEntries(names.map((name) => [name, []]));

/**
 * The contenders that this engine can run, and why not for the others.
 *
 * @param {import('./index.mjs').Context['withBrowser']} withBrowser
 * @returns {Promise<{names: string[], skipped: {name: string, reason: string}[]}>}
 */
export async function whoCanRun(withBrowser) {
  const all = Object.keys(contenders);
  const skipped = [];
  await withBrowser(async (browser) => {
    for (const name of all) {
      const { probe } = contenders[name];
      const reason = probe ? await browser.run(probe, {}) : null;
      if (reason !== null) skipped.push({ name, reason });
    }
  });
  return { names: all.filter((name) => !skipped.some((other) => other.name === name)), skipped };
}
