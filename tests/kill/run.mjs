/**
 * The kill test: a browser writes messages while the server loses every third reply and the network comes
 * and goes, and is killed at a random moment, again and again with the same profile. In the end every
 * message whose `send()` had resolved must be in the server's history, once and in the order written; the
 * others at most once.
 *
 *   --rounds N   (50)
 *   --leader     five tabs write, and the one that leads is killed, each fifth time frozen and thawed
 *   --seed S     when and where what happens; a random one unless it is given
 *
 * A round passes when nothing is wrong with the messages written in it. Last line: `N passed, N failed`.
 * Needs a built dist/.
 */
import { parseArgs } from 'node:util';
import { killBrowser } from './browser.mjs';
import { runLeaderRounds } from './leader.mjs';
import { Ledger } from './ledger.mjs';
import { runRound, sendTheRest } from './round.mjs';
import { doubledOrOutOfOrder, missingOrChanged, shownDifferently } from './verdict.mjs';
import { startWorld } from './world.mjs';

/** What the problems of one round have to say at most. */
const SHOWN_MAX = 20;

function readOptions() {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, seed: { type: 'string' }, leader: { type: 'boolean' } },
  });
  const rounds = Number(values.rounds ?? 50);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds needs a positive whole number');
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed needs a whole number');
  return { rounds, seed, leader: values.leader ?? false };
}

const add = (ledger, problems) => problems.forEach(({ round, text }) => ledger.addProblem(round, text));

async function runRounds(world, ledger, { rounds, seed }) {
  for (let round = 1; round <= rounds; round += 1) {
    await runRound(world, ledger, { seed, round, kill: killBrowser });
    const histories = await world.histories();
    add(ledger, doubledOrOutOfOrder(histories));
    const sent = histories.flat().length;
    const written = ledger.acknowledged.length;
    console.log(
      `round ${round}: ${ledger.acknowledgedIn(round)} acknowledged, so far ${written}, ${sent} sent`,
    );
  }
}

/** What the devices show in the end, each of them, is what the server has. */
async function judgeEnd(world, ledger, devices) {
  const histories = await world.histories();
  add(ledger, doubledOrOutOfOrder(histories));
  add(ledger, missingOrChanged(ledger.acknowledged, histories));
  for (const device of devices) {
    add(ledger, shownDifferently(device.shown, histories));
    for (const text of device.wrong) ledger.addProblem('end', `verify() says: ${text}`);
  }
}

async function runAndJudge(world, ledger, options) {
  if (options.leader) {
    const { devices, takeovers } = await runLeaderRounds(world, ledger, options);
    await judgeEnd(world, ledger, devices);
    return printTakeovers(takeovers);
  }
  await runRounds(world, ledger, options);
  const device = await sendTheRest(world, ledger);
  await judgeEnd(world, ledger, device ? [device] : []);
}

function printTakeovers(takeovers) {
  for (const freezes of [false, true]) {
    const times = takeovers.filter((each) => each.freezes === freezes).map(({ ms }) => Math.round(ms));
    times.sort((a, b) => a - b);
    const name = freezes ? 'frozen' : 'killed';
    if (times.length)
      console.log(
        `${times.length} leaders ${name}; until another led: ${times[times.length >> 1]} ms ` +
          `(median; ${times[0]} to ${times.at(-1)})`,
      );
  }
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
    await runAndJudge(world, ledger, options);
    await printCounts(world, ledger);
  } finally {
    await world.end();
  }
  const last = options.leader ? options.rounds + 1 : options.rounds; // what the last successor wrote
  const parts = [...Array.from({ length: last }, (_, index) => index + 1), 'end'];
  const failed = parts.filter((round) => printProblems(ledger, round)).length;
  const { rounds, seed, leader } = options;
  const form = leader ? '--leader ' : '';
  if (failed > 0) console.log(`again: npm run test:kill -- ${form}--rounds ${rounds} --seed ${seed}`);
  console.log(`${parts.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
