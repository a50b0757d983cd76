/**
 * The kill test: a browser writes messages while the server loses every third reply and the network comes
 * and goes, and is killed at a random moment, again and again with the same profile. In the end every
 * message whose `send()` had resolved must be in the server's history, once and in the order written; the
 * others at most once.
 *
 *   --rounds N   (50)
 *   --seed S     when and where what happens; a random one unless it is given
 *
 * A round passes when nothing is wrong with the messages written in it. Last line: `N passed, N failed`.
 * Needs a built dist/.
 */
import { parseArgs } from 'node:util';
import { killBrowser } from './browser.mjs';
import { Ledger } from './ledger.mjs';
import { runRound, sendTheRest } from './round.mjs';
import { doubledOrOutOfOrder, missingOrChanged, shownDifferently } from './verdict.mjs';
import { startWorld } from './world.mjs';

/** What is killed. (`--leader`, which is to kill the leading tab only, is another function like this one.) */
const kill = killBrowser;

/** What the problems of one round have to say at most. */
const SHOWN_MAX = 20;

function readOptions() {
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
  const rounds = Number(values.rounds ?? 50);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds needs a positive whole number');
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed needs a whole number');
  return { rounds, seed };
}

const add = (ledger, problems) => problems.forEach(({ round, text }) => ledger.addProblem(round, text));

async function runRounds(world, ledger, { rounds, seed }) {
  for (let round = 1; round <= rounds; round += 1) {
    await runRound(world, ledger, { seed, round, kill });
    const histories = await world.histories();
    add(ledger, doubledOrOutOfOrder(histories));
    const sent = histories.flat().length;
    const written = ledger.acknowledged.length;
    console.log(
      `round ${round}: ${ledger.acknowledgedIn(round)} acknowledged, so far ${written}, ${sent} sent`,
    );
  }
}

async function judgeEnd(world, ledger) {
  const device = await sendTheRest(world, ledger);
  const histories = await world.histories();
  add(ledger, doubledOrOutOfOrder(histories));
  add(ledger, missingOrChanged(ledger.acknowledged, histories));
  if (!device) return;
  add(ledger, shownDifferently(device.shown, histories));
  for (const text of device.wrong) ledger.addProblem('end', `verify() says: ${text}`);
}

function printProblems(ledger, round) {
  const problems = ledger.problemsOf(round);
  for (const text of problems.slice(0, SHOWN_MAX)) console.log(`failed: round ${round}: ${text}`);
  if (problems.length > SHOWN_MAX) console.log(`  and ${problems.length - SHOWN_MAX} more`);
  return problems.length > 0;
}

async function printCounts(world, { acknowledged, found, givenUp }) {
  const sent = (await world.requests())['POST /api/v1/chats/:requestId/messages'] ?? 0;
  const stored = (await world.histories()).flat().length;
  const { waiting, underWay } = found;
  console.log(`${acknowledged.length} acknowledged, ${stored} at the server after ${sent} requests`);
  console.log(`${waiting} found waiting at starts, ${underWay} cut off; ${givenUp.size} given up on the way`);
}

async function main() {
  const options = readOptions();
  console.log(`seed ${options.seed}, ${options.rounds} rounds`);
  const ledger = new Ledger();
  const world = await startWorld();
  try {
    await runRounds(world, ledger, options);
    await judgeEnd(world, ledger);
    await printCounts(world, ledger);
  } finally {
    await world.end();
  }
  const parts = [...Array.from({ length: options.rounds }, (_, index) => index + 1), 'end'];
  const failed = parts.filter((round) => printProblems(ledger, round)).length;
  if (failed > 0)
    console.log(`again: npm run test:kill -- --rounds ${options.rounds} --seed ${options.seed}`);
  console.log(`${parts.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
