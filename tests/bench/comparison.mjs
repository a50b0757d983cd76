/**
 * Contenders side by side: times by round, and ratios to the hand-written optimal one within the same round.
 *
 * @typedef {object} Table
 * @property {string} title
 * @property {string[]} columns
 * @property {string[][]} rows the first cell names the row
 *
 * @typedef {object} Outcome what a bench found
 * @property {Table[]} tables
 * @property {string[]} lines the figures to quote, one a line
 * @property {object} data for bench-results.json
 */
import { ratiosOf, summaryOf } from './statistics.mjs';

/** Whom everyone is compared with, where a bench names nobody else. */
export const baseline = 'optimal';

/** Further pairs that are compared, where both ran: the second is the base. */
const pairs = [
  ['chatlarder', 'sqlite'],
  ['chatlarder', 'sqlite, collected'],
];

const short = (number) => (number < 10 ? number.toFixed(2) : number.toFixed(0));
const span = ({ median, min, max }, format) => [format(median), `${format(min)} to ${format(max)}`];

/** At least two digits that say something. */
function toTwoDigits(ratio) {
  if (ratio >= 10) return ratio.toFixed(1);
  return ratio.toFixed(ratio < 0.1 ? 3 : 2);
}

const lineOf = (what, { median, min, max }) =>
  `${what[0]}: ${what[1]} ${toTwoDigits(median)} x ${what[2]} (${toTwoDigits(min)} to ${toTwoDigits(max)})`;

/**
 * @param {object} workload
 * @param {string} workload.name
 * @param {string} workload.title
 * @param {'throughput' | 'time' | 'memory' | 'size'} workload.compare throughput: above 1 is better; of all
 *   others below 1
 * @param {string} [workload.unit] of the samples
 * @param {Record<string, number[]>} workload.samples round by round, by contender
 * @param {string} [workload.base] the contender with whom the others are compared
 * @returns {Outcome}
 */
export function compare({ name, title, compare: what, unit = 'ms', samples, base: first = baseline }) {
  const ratio = (contender, base) => {
    const [ours, theirs] = [samples[contender], samples[base]];
    return summaryOf(what === 'throughput' ? ratiosOf(theirs, ours) : ratiosOf(ours, theirs));
  };
  const contenders = Object.entries(samples).map(([contender, times]) => {
    return { contender, times: summaryOf(times), ratio: ratio(contender, first) };
  });
  const rows = contenders.map(({ contender, times, ratio }) => {
    return [contender, ...span(times, short), ...span(ratio, toTwoDigits)];
  });
  const columns = ['', `median ${unit}`, 'min to max', `${what} ratio`, 'min to max'];
  const others = contenders.map(({ contender }) => contender).filter((contender) => contender !== first);
  const compared = [...others.map((contender) => [contender, first]), ...pairs];
  const lines = compared
    .filter((pair) => pair.every((contender) => contender in samples))
    .map(([contender, base]) => lineOf([name, contender, `${base} ${what}`], ratio(contender, base)));
  const data = { title, compare: what, unit, base: first, samples, contenders };
  return { tables: [{ title, columns, rows }], lines, data: { [name]: data } };
}

/** What is to be said of contenders that did not run. @param {{name: string, reason: string}[]} skipped */
export function skips(bench, skipped) {
  const lines = skipped.map(({ name, reason }) => `${bench}: ${name} skipped: ${reason}`);
  return { tables: [], lines, data: {} };
}

/** @param {Outcome[]} outcomes @returns {Outcome} */
export function joined(outcomes) {
  return {
    tables: outcomes.flatMap(({ tables }) => tables),
    lines: outcomes.flatMap(({ lines }) => lines),
    data: Object.assign({}, ...outcomes.map(({ data }) => data)),
  };
}

/** @param {Table} table @returns {string} */
export function drawTable({ title, columns, rows }) {
  const all = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const draw = (row) =>
    row
      .map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ');
  return [title, ...all.map(draw)].join('\n');
}
