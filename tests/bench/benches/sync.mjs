/** Catching up: what is asked of the server, beside a client that fetches each chat's newest page; steps. */
import { joined } from '../comparison.mjs';
import { timeSteps } from '../steps.mjs';
import { summaryOf } from '../statistics.mjs';

const task = { chats: 200, known: 50, pageMessages: 50 };
const missedCounts = [1, 100, 10_000];
const contenders = {
  'newest pages': '/scripts/sync-newest-pages.js',
  chatlarder: '/scripts/sync-chatlarder.js',
};

const columns = ['', 'requests', 'bytes', 'of the missed', 'until all are there'];
const percent = (part, whole) => `${((100 * part) / whole).toFixed(part < whole ? 1 : 0)}%`;

function rowOf(name, missed, { requests, bytes, arrived, rest }) {
  const more = rest === null ? 'unknown' : `+${rest.requests} requests, +${rest.bytes} bytes`;
  return [name, String(requests), String(bytes), percent(arrived, missed), more];
}

function outcomeOf(missed, results) {
  const title = `sync: ${missed} messages missed in ${task.chats} chats`;
  const rows = Object.entries(results).map(([name, result]) => rowOf(name, missed, result));
  const [ours, other] = [results.chatlarder, results['newest pages']];
  const line =
    `sync ${missed}: chatlarder ${ours.requests} requests, ${ours.bytes} bytes; ` +
    `newest pages ${other.requests} requests, ${other.bytes} bytes`;
  return { tables: [{ title, columns, rows }], lines: [line], data: { [`sync-${missed}`]: results } };
}

async function steps({ rounds, pages }) {
  const { stepMs, coreMs, pageMessages } = await timeSteps(pages.packageFolder, rounds);
  const [step, core] = [summaryOf(stepMs), summaryOf(coreMs)];
  const row = (name, { median, min, max }) => [
    name,
    ...[median, min, max].map((ms) => ms.toFixed(3)),
    (1000 / median).toFixed(0),
  ];
  const title = `steps: a page of ${pageMessages} messages, in this Node`;
  const table = {
    title,
    columns: ['', 'median ms', 'min', 'max', 'a second'],
    rows: [row('core alone', core), row('bytes in to plan parsed', step)],
  };
  const line = `steps: ${core.median.toFixed(3)} ms in the core for a page of ${pageMessages} messages`;
  return { tables: [table], lines: [line], data: { steps: { stepMs, coreMs } } };
}

/** @type {import('./index.mjs').Bench} */
export async function sync(context) {
  const outcomes = [];
  await context.withBrowser(async (browser) => {
    for (const missed of missedCounts) {
      const results = {};
      for (const [name, script] of Object.entries(contenders)) {
        results[name] = await browser.run(script, { ...task, missed });
      }
      outcomes.push(outcomeOf(missed, results));
    }
  });
  return joined([...outcomes, await steps(context)]);
}
