/** Whose code the page's main thread runs, and in which of its tasks. */
import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const assets = fileURLToPath(new URL('../../../web-demo/dist/assets', import.meta.url));

const INTERVAL_US = 500;
/** A gap between samples that is longer is a wait for the processor, of the page or of who takes them. */
const GAP_US_MAX = 10_000;

/** Notes long tasks, and has something to find both clocks' difference by. */
export function watchTasks() {
  window.longTasks = [];
  new window.PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
  window.markTime = function markTime() {
    const start = performance.now();
    while (performance.now() < start + 20);
    return start;
  };
}

/** The maps of the demo's scripts by their names. */
async function readMaps() {
  const names = (await readdir(assets)).filter((name) => name.endsWith('.js.map'));
  const entries = names.map(async (name) => {
    const text = await readFile(join(assets, name), 'utf8');
    return [name.slice(0, -'.map'.length), new SourceMap(JSON.parse(text))];
  });
  return new Map(await Promise.all(entries));
}

/** Tells of a function whether it is the package's: the page's bundle has some of both. */
async function ownership() {
  const maps = await readMaps();
  return ({ url, lineNumber, columnNumber }) => {
    const source = maps.get(url.split('/').at(-1))?.findEntry(lineNumber, columnNumber).originalSource;
    return /(^|\/)(dist\/[\w-]+\.js|js-bindings\/src\/.*)$/.test(source ?? '');
  };
}

/**
 * Takes samples of a page until `stop`, which gives its long tasks, each with the time that the package took
 * of it: its own functions, and what the browser did for them.
 */
export async function startSampling(context, page) {
  const session = await context.newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.send('Profiler.start');
  const marked = await page.evaluate(() => window.markTime());
  return {
    async stop() {
      const { profile } = await session.send('Profiler.stop');
      const tasks = await page.evaluate(() => window.longTasks);
      return judge(profile, marked, tasks, await ownership());
    },
  };
}

function judge(profile, marked, tasks, isOurs) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  for (const node of profile.nodes) for (const id of node.children ?? []) nodes.get(id).parent = node;
  /** The function that runs; what is the browser's own is done for the one that called it. */
  const scriptOf = (node) => (!node || node.callFrame.url ? node?.callFrame : scriptOf(node.parent));
  const ours = new Map(profile.nodes.map((node) => [node.id, isOursAt(scriptOf(node), isOurs)]));
  let time = profile.startTime;
  const samples = profile.samples.map((id, i) => {
    const delta = profile.timeDeltas[i];
    time += delta;
    return { id, time: time / 1000, took: Math.min(delta, GAP_US_MAX) / 1000 };
  });
  const first = samples.find(({ id }) => nodes.get(id).callFrame.functionName === 'markTime');
  const shift = first.time - marked;
  const within = ({ startTime, duration }) =>
    samples.filter(({ time: at }) => at >= startTime + shift && at <= startTime + shift + duration);
  const sum = (some) => some.reduce((total, { took }) => total + took, 0);
  const ourTime = (some) => sum(some.filter(({ id }) => ours.get(id)));
  return {
    total: ourTime(samples),
    tasks: tasks.map((task) => ({ ...task, ours: ourTime(within(task)) })),
  };
}

function isOursAt(frame, isOurs) {
  return frame ? isOurs(frame) : false;
}
