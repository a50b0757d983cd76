/**
 * `npm run test:browser`: runs tests/browser/specs/*.spec.ts in Chromium, Firefox and WebKitGTK.
 *
 *   --engine chromium|firefox|webkit   only this one
 *   --layout blocks|rows               only this storage layout
 *   --grep EXPRESSION                  only tests whose full title matches
 *   --every                            every case of specs that otherwise take some of very many
 *   --watchdog-ms N                    a page that posts nothing for so long has failed (60000)
 *   --specs FOLDER                     other specs
 */
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleScripts } from './bundle.mjs';
import { engines } from './engines/index.mjs';
import { layouts } from './layouts.mjs';
import { runEngine } from './session.mjs';

function readOptions() {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', multiple: true, default: Object.keys(engines) },
      layout: { type: 'string', multiple: true, default: Object.keys(layouts) },
      grep: { type: 'string' },
      every: { type: 'boolean', default: false },
      'watchdog-ms': { type: 'string', default: '60000' },
      specs: { type: 'string', default: fileURLToPath(new URL('../specs', import.meta.url)) },
    },
  });
  requireKnown('engine', values.engine, engines);
  requireKnown('layout', values.layout, layouts);
  return values;
}

function requireKnown(what, names, known) {
  const unknown = names.filter((name) => !Object.hasOwn(known, name));
  if (unknown.length === 0) return;
  throw new Error(`There is no ${what} ${unknown.join(', ')}; there are: ${Object.keys(known).join(', ')}`);
}

/** Each browser with each of its layouts, one after the other; WebKit's beside the others'. */
function lanesOf({ engine: names, layout: chosen }) {
  const runsOf = (engine) =>
    chosen.filter((layout) => engine.layouts?.includes(layout) ?? true).map((layout) => ({ engine, layout }));
  const lane = (own) => names.filter(own).flatMap((name) => engines[name].flatMap(runsOf));
  return [lane((name) => name !== 'webkit'), lane((name) => name === 'webkit')];
}

/** Lets the browser and its folders be cleaned up when the run is ended from outside. */
function abortOnSignals() {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => controller.abort());
  return controller.signal;
}

/** One run; what it prints is kept together. */
async function run({ engine, layout }, { scripts, signal, options }) {
  const startedAt = performance.now();
  const printed = [];
  const counts = await runEngine({
    engine,
    layout,
    scripts,
    grep: options.grep ?? engine.grep,
    every: options.every,
    watchdogMs: Number(options['watchdog-ms']),
    signal,
    print: (text) => printed.push(text),
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  const passed = `${counts.passed} passed, ${counts.failed} failed${skipped}`;
  console.log([...printed, `${engine.name}, ${layout}: ${passed} (${seconds} s)`].join('\n'));
  return counts;
}

async function runLane(lane, context) {
  const counts = [];
  for (const each of lane) {
    if (!context.signal.aborted) counts.push(await run(each, context));
  }
  return counts;
}

async function main() {
  const options = readOptions();
  const scripts = await bundleScripts(resolve(options.specs), options.layout);
  const context = { scripts, signal: abortOnSignals(), options };
  const counts = (await Promise.all(lanesOf(options).map((lane) => runLane(lane, context)))).flat();
  const sum = (key) => counts.reduce((total, each) => total + each[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

await main();
