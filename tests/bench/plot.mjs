/**
 * The plot of a run, as SVG: a panel for each workload, a row for each contender, its ratio to hand-written
 * IndexedDB as a point with the range of all rounds, on a logarithmic scale. It follows the reader's light or
 * dark. `npm run bench` draws it; by itself:
 *
 *   node tests/bench/plot.mjs [bench-results.json [docs/bench.svg]]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ratiosOf, summaryOf } from './statistics.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const panels = {
  ingest: 'Bulk ingest of 20,000 messages',
  live: '2,000 live messages, one by one',
  open: 'Cold open: new page, chat list and a chat',
  'open-warm': 'Another chat in an open page',
  'open-again': 'The same chats once more',
  scroll: 'Scrolling back 100 pages',
  'outbox-send': 'send(), until it is on disk',
  'outbox-drain': 'Sending 1,000 messages that wait',
  'media-put': 'Storing 200 files of 100 kB',
  'media-get': 'Reading them',
  'media-evict-5000': 'Making room: 100 files of 5,000',
  memory: 'Memory of the page',
};

const columns = 2;
const width = 960;
const margin = 24;
const gutter = 40;
const panelWidth = (width - 2 * margin - (columns - 1) * gutter) / columns;
const labelWidth = 150;
const valueWidth = 56;
const rowHeight = 19;
const headHeight = 34;
const axisHeight = 30;
const titleHeight = 64;
const footLine = 17;
const footLength = 150;

const style = `
  svg { color-scheme: light dark; font: 12px system-ui, sans-serif }
  .ground { fill: #ffffff } text { fill: #1f2328 } .small, .tick { fill: #59636e; font-size: 11px }
  .title { font-size: 18px; font-weight: 600 } .head { font-size: 13px; font-weight: 600 }
  .grid { stroke: #d1d9e0 } .one { stroke: #59636e; stroke-dasharray: 3 2 }
  .range { stroke: #8c959f; stroke-width: 2 } .point { fill: #6e7781 }
  .own text { font-weight: 600; fill: #0969da } .own .range { stroke: #0969da } .own .point { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #f0f6fc } .small, .tick { fill: #9198a1 }
    .grid { stroke: #30363d } .one { stroke: #9198a1 } .range { stroke: #6e7681 } .point { fill: #9198a1 }
    .own text { fill: #58a6ff } .own .range { stroke: #58a6ff } .own .point { fill: #58a6ff }
  }`;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const fixed = (number) => String(Number(number.toFixed(1)));

function textAt(x, y, text, { kind = '', anchor = 'start' } = {}) {
  const place = `x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}"`;
  return `<text ${place} class="${kind}">${escaped(text)}</text>`;
}

function lineAt(x1, y1, x2, y2, kind) {
  const [a, b, c, d] = [x1, y1, x2, y2].map(fixed);
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" class="${kind}"/>`;
}

/** At least two digits that say something. */
function toTwoDigits(ratio) {
  if (ratio >= 10) return ratio.toFixed(0);
  return ratio.toFixed(ratio < 0.1 ? 3 : 2);
}

/** Times, the base's first: a throughput's ratio would point the other way. */
function rowsOf({ samples, base }) {
  return Object.entries(samples).map(([name, own]) => ({ name, ...summaryOf(ratiosOf(own, samples[base])) }));
}

function scaleOf(rows, left, right) {
  const low = Math.min(0.5, ...rows.map(({ min }) => min)) / 1.15;
  const high = Math.max(2, ...rows.map(({ max }) => max)) * 1.15;
  const share = (ratio) => (Math.log(ratio) - Math.log(low)) / (Math.log(high) - Math.log(low));
  const at = (ratio) => left + share(ratio) * (right - left);
  const exponents = Array.from({ length: 9 }, (_, i) => i - 4);
  const decades = exponents.map((exponent) => 10 ** exponent).filter((tick) => tick > low && tick < high);
  return {
    at,
    ticks: decades.length > 1 ? decades : [low, 1, high].map((tick) => Number(tick.toPrecision(1))),
  };
}

function drawRow({ name, median, min, max }, y, at, x, right) {
  const own = name.startsWith('chatlarder') ? ' class="own"' : '';
  return `<g${own}>${[
    textAt(x + labelWidth - 12, y + 4, name, { anchor: 'end' }),
    lineAt(at(min), y, at(max), y, 'range'),
    `<circle cx="${fixed(at(median))}" cy="${fixed(y)}" r="4" class="point"/>`,
    textAt(right + valueWidth, y + 4, `${toTwoDigits(median)} ×`, { anchor: 'end' }),
  ].join('')}</g>`;
}

function drawPanel({ title, rows, base }, x, y) {
  const [left, right] = [x + labelWidth, x + panelWidth - valueWidth];
  const { at, ticks } = scaleOf(rows, left, right);
  const [top, bottom] = [y + headHeight - 8, y + headHeight + rows.length * rowHeight];
  return [
    textAt(x, y + 14, title, { kind: 'head' }),
    ...ticks.map((tick) => lineAt(at(tick), top, at(tick), bottom, 'grid')),
    ...ticks.map((tick) => textAt(at(tick), bottom + 14, String(tick), { kind: 'tick', anchor: 'middle' })),
    lineAt(at(1), top, at(1), bottom, 'one'),
    ...rows.map((row, i) => drawRow(row, y + headHeight + (i + 0.5) * rowHeight, at, x, right)),
    ...(base === 'optimal'
      ? []
      : [textAt(x + panelWidth, y + 14, `1 = ${base}`, { kind: 'small', anchor: 'end' })]),
  ].join('\n');
}

/** Bytes have no base that says anything: they stand as they are. */
function sizeLine({ sizes }) {
  const parts = Object.entries(sizes).map(([name, { gzip }]) => `${name} ${(gzip / 1000).toFixed(1)}`);
  return `Loaded, kB gzipped: ${parts.join(', ')}.`;
}

/** Words in lines that fit. */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > footLength) lines.push('');
    lines[lines.length - 1] += (lines.at(-1) && ' ') + word;
  }
  return lines;
}

function footOf({ date, browser, cores, processor, rounds, quick, versions, results }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const many = `${rounds} ${rounds === 1 ? 'round' : 'rounds'}: median, least and most.`;
  const run = `${date.slice(0, 10)}, ${browser}, ${cores} cores (${processor}), ${many}`;
  return [
    ...(results.size ? wrapped(sizeLine(results.size)) : []),
    ...wrapped(quick ? `${run} With fewer messages, only to see that it works.` : run),
    ...wrapped(`${named.join(', ')}.`),
  ];
}

/** @param {object} run what bench-results.json has @returns {string} */
export function drawPlot(run) {
  const shown = Object.entries(panels)
    .filter(([name]) => run.results[name])
    .map(([name, title]) => ({ title, base: run.results[name].base, rows: rowsOf(run.results[name]) }));
  const parts = [];
  let y = titleHeight;
  for (let first = 0; first < shown.length; first += columns) {
    const row = shown.slice(first, first + columns);
    row.forEach((panel, i) => parts.push(drawPanel(panel, margin + i * (panelWidth + gutter), y)));
    y += headHeight + Math.max(...row.map(({ rows }) => rows.length)) * rowHeight + axisHeight;
  }
  const foot = footOf(run);
  foot.forEach((line, i) => parts.push(textAt(margin, y + 12 + i * footLine, line, { kind: 'small' })));
  const height = y + foot.length * footLine + margin;
  const about =
    'Each time divided by that of hand-written optimal IndexedDB in the same round: further left is better';
  const root = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"`;
  return `<svg ${root} role="img" aria-labelledby="t d">
<title id="t">Chatlarder beside hand-written IndexedDB, idb, Dexie, RxDB, PouchDB and SQLite</title>
<desc id="d">${about}.</desc>
<style>${style}
</style>
<rect class="ground" width="${width}" height="${height}"/>
${textAt(margin, 30, 'Chatlarder and the field', { kind: 'title' })}
${textAt(margin, 48, `${about}.`, { kind: 'small' })}
${parts.join('\n')}
</svg>
`;
}

/** @param {object} run @param {string} path */
export function writePlot(run, path) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, drawPlot(run));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from = `${root}bench-results.json`, to = `${root}docs/bench.svg`] = process.argv.slice(2);
  writePlot(JSON.parse(readFileSync(from, 'utf8')), resolve(to));
}
