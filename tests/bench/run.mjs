/**
 * `npm run bench`: Chatlarder side by side with others, in one run. Prints a table for each bench and, as its
 * last lines, the ratios; writes bench-results.json, and, when all benches ran in full in Chromium, the plot
 * docs/bench.svg. Builds the package if it is not built.
 *
 *   --only NAME[,NAME]           only these benches
 *   --engine chromium|firefox    (chromium)
 *   --rounds N                   (5)
 *   --plot FILE                  draws what ran there
 *   --quick                      with fewer messages, only to see that everything works
 *   --package FOLDER             another build of the package than dist/
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../browser/harness/processes.mjs';
import { benches } from './benches/index.mjs';
import { browsers } from './browsers.mjs';
import { bundlePages } from './bundle.mjs';
import { drawTable } from './comparison.mjs';
import { writePlot } from './plot.mjs';
import { startServer } from './server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `name`, if it is one of those; otherwise an error that lists them. */
function oneOf(known, what, name) {
  if (Object.hasOwn(known, name)) return name;
  throw new Error(`There is no ${what} ${name}; there are: ${Object.keys(known).join(', ')}`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: Object.keys(benches).join(',') },
      engine: { type: 'string', default: 'chromium' },
      rounds: { type: 'string', default: '5' },
      plot: { type: 'string' },
      quick: { type: 'boolean', default: false },
      package: { type: 'string', default: join(root, 'dist') },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds needs a positive whole number');
  return {
    only: values.only.split(',').map((name) => oneOf(benches, 'bench', name)),
    engine: oneOf(browsers, 'engine', values.engine),
    rounds,
    quick: values.quick,
    plot: values.plot,
    packageFolder: resolve(values.package),
  };
}

function buildIfMissing(packageFolder) {
  const files = ['index.js', 'link.js', 'worker.js', 'chatlarder.wasm'].map((name) =>
    join(packageFolder, name),
  );
  if (!files.every(existsSync)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
}

/** Hands a browser with a profile of its own to the work, and ends it whatever happens. */
async function withBrowser(open, url, work) {
  const profile = await temporaryFolder();
  try {
    const browser = await open(url, profile.path);
    try {
      return await work(browser);
    } finally {
      await browser.close();
    }
  } finally {
    await profile.remove();
  }
}

const compared = ['idb', 'dexie', 'rxdb', 'pouchdb-browser', '@sqlite.org/sqlite-wasm', 'workbox-expiration'];

/** The versions of the contenders: what is installed is what package.json pins. */
function versionsOfContenders() {
  const { version, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    chatlarder: version,
    ...Object.fromEntries(compared.map((name) => [name, devDependencies[name]])),
  };
}

async function main() {
  const { only, engine, rounds, quick, packageFolder, plot } = readOptions();
  buildIfMissing(packageFolder);
  const pages = { scripts: await bundlePages(), packageFolder };
  const server = await startServer(pages);
  const versions = new Set();
  const context = {
    only,
    quick,
    rounds,
    pages,
    withBrowser: (work, url = server.url) =>
      withBrowser(browsers[engine], url, (browser) => {
        versions.add(browser.version);
        return work(browser);
      }),
  };
  const outcomes = [];
  const run = {
    date: new Date().toISOString(),
    browser: '',
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    rounds,
    quick,
    versions: versionsOfContenders(),
    results: {},
  };
  try {
    for (const name of only) {
      const outcome = await benches[name](context);
      for (const table of outcome.tables) console.log(`${drawTable(table)}\n`);
      outcomes.push(outcome);
      Object.assign(run.results, outcome.data);
      run.browser = [...versions].join(', ');
      // After each, so that a run that is broken off leaves what it had.
      writeFileSync(join(root, 'bench-results.json'), `${JSON.stringify(run, null, 2)}\n`);
    }
  } finally {
    await server.close();
  }
  const isWhole =
    engine === 'chromium' && !quick && Object.keys(benches).every((name) => only.includes(name));
  if (plot || isWhole) writePlot(run, plot ? resolve(plot) : join(root, 'docs/bench.svg'));
  console.log(`${run.date}, ${run.browser}, ${run.cores} cores, ${rounds} rounds`);
  for (const line of outcomes.flatMap(({ lines }) => lines)) console.log(line);
}

await main();
