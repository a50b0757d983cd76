/** The rounds: a browser writes until it is killed; the last one sends what is left. */
import { setTimeout as pause } from 'node:timers/promises';
import { openBrowser } from './browser.mjs';
import { planOf } from './plan.mjs';
import { gate, watchdog } from './waiting.mjs';

/** So long nothing may happen before a round has failed. */
const STILL_MS_MAX = 60_000;

/** Network and no network in turn, until the browser is gone. */
async function changeNetwork(browser, { startsOffline, network }, signal) {
  for (const { onMs, offMs } of network) {
    if (!startsOffline) await pause(onMs, undefined, { signal });
    await browser.setOffline(true);
    await pause(offMs, undefined, { signal });
    await browser.setOffline(false);
    if (startsOffline) await pause(onMs, undefined, { signal });
  }
}

/**
 * One round: opens the browser, lets its page write while the network comes and goes, and kills it.
 *
 * @param {import('./world.mjs').World} world
 * @param {import('./ledger.mjs').Ledger} ledger
 * @param {object} options
 * @param {number} options.seed
 * @param {number} options.round
 * @param {(browser: import('./browser.mjs').Browser) => Promise<void>} options.kill
 */
export async function runRound(world, ledger, { seed, round, kill }) {
  const plan = planOf(seed, round);
  const enough = gate();
  const dog = watchdog(STILL_MS_MAX, 'no message was acknowledged');
  const over = new AbortController();
  const browser = await openBrowser(world, (report) => {
    dog.touch();
    ledger.take(round, report);
    if (ledger.acknowledgedIn(round) >= plan.acknowledged) enough.open();
  });
  const noteTrouble = (error) => {
    if (!over.signal.aborted) ledger.addProblem(round, error.message);
  };
  const work = async () => {
    const task = { ...world.task, round, seed: plan.seed };
    await browser.call('begin', task);
    if (plan.startsOffline) await browser.setOffline(true);
    await browser.call('write', task);
    await changeNetwork(browser, plan, over.signal);
  };
  try {
    work().catch(noteTrouble);
    if (plan.acknowledged > 0) await Promise.race([enough.opened, dog.bitten]);
    await pause(plan.afterwardsMs);
  } catch (error) {
    noteTrouble(error);
  } finally {
    dog.stop();
    over.abort();
    await kill(browser).catch((error) => ledger.addProblem(round, error.message));
  }
}

/**
 * After the last round: a browser whose page sends what is left, over a network without faults.
 *
 * @returns {Promise<{ shown: object[][], wrong: string[] } | null>} what the device then shows of the chats,
 *   and what is wrong with how it is stored; null when it could not send everything
 */
export async function sendTheRest(world, ledger) {
  await world.clearFault();
  const dog = watchdog(STILL_MS_MAX, 'nothing was sent any more');
  let least = Infinity;
  const browser = await openBrowser(world, (report) => {
    ledger.take('end', report);
    if (report.kind !== 'left' || report.waiting >= least) return;
    least = report.waiting;
    dog.touch();
  });
  const task = { ...world.task, round: 0, seed: 0 };
  try {
    await browser.call('begin', task);
    await Promise.race([browser.call('drain', task), dog.bitten]);
    dog.stop();
    return await browser.call('readAll', task);
  } catch (error) {
    ledger.addProblem('end', `${error.message}; ${least} operations are left`);
    return null;
  } finally {
    dog.stop();
    await browser.close();
  }
}
