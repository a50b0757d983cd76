/**
 * The kill test's other form: five tabs of one browser write, each into a chat of its own and watching all,
 * and the one that leads is killed, or frozen and thawed, again and again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { planOf } from './plan.mjs';
import { openTabs, untilOneLeads } from './tabs.mjs';
import { gate, watchdog } from './waiting.mjs';

/** So long nothing may happen before a round has failed. */
const STILL_MS_MAX = 60_000;
/** One round in so many freezes the leader; the others kill it. */
const FREEZE_EVERY = 5;
/**
 * A process that is stopped in the middle of a transaction keeps the others from writing until it goes on,
 * which no page can change: it is thawed after so long at the latest.
 */
const FROZEN_MS_MAX = 10_000;

/** The tabs, what they have acknowledged, and who waits for how much of it. */
class Writers {
  #world;
  #ledger;
  #browser;
  #dog = watchdog(STILL_MS_MAX, 'no message was acknowledged');
  #tabs = [];
  #counts = [];
  #waiting = [];
  lockName = '';

  constructor(world, ledger, browser) {
    this.#world = world;
    this.#ledger = ledger;
    this.#browser = browser;
  }

  get bitten() {
    return this.#dog.bitten;
  }

  /** Opens a tab that writes into chat `own`; `round` names its messages. */
  async open(own, round, seed) {
    const task = { ...this.#world.task, own, round, seed };
    this.#counts[own] = 0;
    const tab = await this.#browser.open((report) => {
      this.#ledger.take(round, report);
      if (report.kind === 'acknowledged') this.#noteAcknowledged(own);
    });
    await tab.call('begin', task);
    this.lockName ||= `chatlarder:${await tab.call('databaseName', task)}`;
    await tab.call('write', task);
    this.#tabs[own] = tab;
  }

  /** Resolves when each of these tabs has so many acknowledgements more than now. */
  untilAcknowledged(tabs, count) {
    const wanted = tabs.map((tab) => [tab, this.#counts[tab] + count]);
    const enough = gate();
    this.#waiting.push(() => wanted.every(([tab, least]) => this.#counts[tab] >= least) && enough.open());
    return Promise.race([enough.opened, this.bitten]);
  }

  #noteAcknowledged(tab) {
    this.#counts[tab] += 1;
    this.#dog.touch();
    this.#waiting.forEach((look) => look());
  }

  /** Which tab leads; `but` is not asked. */
  leader(but) {
    const asked = this.#tabs.map((tab, index) => (index === but ? null : tab));
    return untilOneLeads(asked, this.lockName, this.bitten);
  }

  tab(index) {
    return this.#tabs[index];
  }

  others(index) {
    return [...this.#tabs.keys()].filter((each) => each !== index);
  }

  callAll(name) {
    return Promise.all(this.#tabs.map((tab) => tab.call(name, { ...this.#world.task, round: 0, seed: 0 })));
  }

  async end() {
    this.#dog.stop();
    await this.#browser.close();
  }
}

/** The others have it; then it has a successor, who writes on. How long the others were without a leader. */
async function killLeader(writers, leading, { round, seed }) {
  await writers.tab(leading).kill();
  const killed = performance.now();
  await writers.leader(leading);
  const ms = performance.now() - killed;
  await writers.untilAcknowledged(writers.others(leading), 1);
  await writers.open(leading, round + 1, seed);
  return ms;
}

/** The others rob it; thawed, it goes on as one of them. */
async function freezeLeader(writers, leading) {
  writers.tab(leading).freeze();
  const frozen = performance.now();
  try {
    await writers.leader(leading);
    const ms = performance.now() - frozen;
    await Promise.race([writers.untilAcknowledged(writers.others(leading), 1), pause(FROZEN_MS_MAX)]);
    return ms;
  } finally {
    writers.tab(leading).thaw();
    await writers.untilAcknowledged([...writers.others(-1)], 1);
  }
}

async function runRound(writers, { seed, round }) {
  const plan = planOf(seed, round);
  const leading = await writers.leader();
  await writers.untilAcknowledged([...writers.others(-1)], 1 + (plan.acknowledged % 10));
  await pause(plan.afterwardsMs % 100);
  const freezes = round % FREEZE_EVERY === 0;
  const ms = await (freezes
    ? freezeLeader(writers, leading)
    : killLeader(writers, leading, { round, seed: plan.seed }));
  console.log(
    `round ${round}: tab ${leading + 1} led and was ${freezes ? 'frozen' : 'killed'}, ${ms.toFixed(0)} ms`,
  );
  return { freezes, ms };
}

/**
 * Runs the rounds, and lets what was written be sent.
 *
 * @param {import('./world.mjs').World} world
 * @param {import('./ledger.mjs').Ledger} ledger
 * @param {{ seed: number, rounds: number }} options
 * @returns {Promise<{ devices: { shown: object[][], wrong: string[] }[], takeovers: { freezes: boolean,
 *   ms: number }[] }>} what each tab shows in the end, and how long the tabs were without a leader
 */
export async function runLeaderRounds(world, ledger, { seed, rounds }) {
  const writers = new Writers(world, ledger, await openTabs(world));
  const takeovers = [];
  let round = 0;
  try {
    for (const own of world.task.chats.keys()) await writers.open(own, 1, seed);
    for (round = 1; round <= rounds; round += 1) takeovers.push(await runRound(writers, { seed, round }));
    await Promise.race([writers.callAll('stop'), writers.bitten]);
    await world.clearFault();
    await writers.tab(0).call('drain', world.task);
    return { devices: await writers.callAll('readAll'), takeovers };
  } catch (error) {
    ledger.addProblem(round || 1, error.stack);
    return { devices: [], takeovers };
  } finally {
    await writers.end();
  }
}
