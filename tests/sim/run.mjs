/**
 * `npm run sim -- --seeds N --steps M [--seed S] [--plant BUG | --plant list] [--sanitize]`: builds the
 * simulator and lives through seeds, on all cores. The last line is `N seeds, M steps, V violations`; the
 * exit code is 1 when V is not 0. Other options go to the program as they are (`tests/sim/sim.c`).
 */
import { availableParallelism } from 'node:os';
import { buildSim, run } from './build.mjs';

const lastLine = /^(\d+) seeds, (\d+) steps, (\d+) violations$/;
/** What befell tabs: numbers, each with its name. */
const tabsLine = /^\d+ tabs, /;

/** @param {string[]} words @param {string} name @param {number} otherwise */
function numberOf(words, name, otherwise) {
  const at = words.lastIndexOf(name);
  return at < 0 ? otherwise : Number(words[at + 1]);
}

/**
 * The same seeds in as many shares as there are cores; one where what is printed has an order.
 *
 * @param {string[]} words
 */
function shares(words) {
  const seeds = numberOf(words, '--seeds', 100);
  const first = numberOf(words, '--seed', 1);
  const inOrder = ['--verbose', '--first', '--traces', 'list'].some((word) => words.includes(word));
  const count = inOrder || !(seeds > 1) ? 1 : Math.min(availableParallelism(), seeds);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((seeds * i) / count);
    const to = Math.floor((seeds * (i + 1)) / count);
    return count === 1 ? words : [...words, '--seeds', String(to - from), '--seed', String(first + from)];
  });
}

/** Shows a program's lines but for the last, whose numbers it resolves with. */
async function runShare(/** @type {string} */ program, /** @type {string[]} */ words) {
  let sums = [0, 0, 0];
  let tabs = '';
  let counted = false;
  const { code, output } = await run(program, words, (line) => {
    if (tabsLine.test(line)) return void (tabs = line);
    const match = lastLine.exec(line);
    if (!match) return console.log(line);
    counted = true;
    sums = match.slice(1).map(Number);
  });
  const fine = counted ? code === 0 || code === 1 : code === 0;
  if (!fine) console.log(`the simulator ended with ${code}\n${output.split('\n').slice(-40).join('\n')}`);
  return { sums, tabs, counted, fine };
}

/** Adds up the numbers of lines that are the same but for those. */
function added(/** @type {string[]} */ lines) {
  const numbers = lines.map((line) => (line.match(/\d+/g) ?? []).map(Number));
  let at = 0;
  return lines[0]?.replaceAll(/\d+/g, () => {
    const sum = numbers.reduce((total, each) => total + (each[at] ?? 0), 0);
    at += 1;
    return String(sum);
  });
}

async function main() {
  const words = process.argv.slice(2).filter((word) => word !== '--sanitize');
  const program = await buildSim(process.argv.includes('--sanitize') ? 'sanitize' : 'native');
  const results = await Promise.all(shares(words).map((share) => runShare(program, share)));
  const [seeds, steps, violations] = [0, 1, 2].map((i) => results.reduce((sum, r) => sum + r.sums[i], 0));
  const counted = results.filter((result) => result.counted);
  if (counted.length) console.log(added(counted.map(({ tabs }) => tabs)));
  if (counted.length) console.log(`${seeds} seeds, ${steps} steps, ${violations} violations`);
  process.exitCode = violations > 0 || results.some((result) => !result.fine) ? 1 : 0;
}

await main();
