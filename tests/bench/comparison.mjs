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

/** Whom everyone is compared with. */
export const baseline = 'optimal';

const milliseconds = (ms) => (ms < 10 ? ms.toFixed(2) : ms.toFixed(0));
const span = ({ median, min, max }, format) => [format(median), `${format(min)} to ${format(max)}`];
const toTwoDigits = (ratio) => ratio.toFixed(2);

/**
 * @param {object} workload
 * @param {string} workload.name
 * @param {string} workload.title
 * @param {'throughput' | 'time'} workload.compare throughput: above 1 is better; time: below 1 is better
 * @param {Record<string, number[]>} workload.samples milliseconds, round by round, by contender
 * @returns {Outcome}
 */
export function compare({ name, title, compare: what, samples }) {
  const base = samples[baseline];
  const contenders = Object.entries(samples).map(([contender, times]) => {
    const ratios = what === 'time' ? ratiosOf(times, base) : ratiosOf(base, times);
    return { contender, times: summaryOf(times), ratio: summaryOf(ratios) };
  });
  const rows = contenders.map(({ contender, times, ratio }) => {
    return [contender, ...span(times, milliseconds), ...span(ratio, toTwoDigits)];
  });
  const columns = ['', 'median ms', 'min to max', `${what} ratio`, 'min to max'];
  const lines = contenders
    .filter(({ contender }) => contender !== baseline)
    .map(({ contender, ratio: { median, min, max } }) => {
      const others = `(${toTwoDigits(min)} to ${toTwoDigits(max)})`;
      return `${name}: ${contender} ${toTwoDigits(median)} x ${baseline} ${what} ${others}`;
    });
  const data = { compare: what, samples, contenders };
  return { tables: [{ title, columns, rows }], lines, data: { [name]: data } };
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
