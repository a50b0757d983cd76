/** Several tabs of one browser with the test's page, each in a process of its own, and their ends. */
import { setTimeout as pause } from 'node:timers/promises';
import { launchChromium } from '../browser/harness/engines/chromium.mjs';
import { addReport, callPage } from './browser.mjs';

/** With a spare process at hand nobody could tell which one a new tab gets. */
const flags = ['--disable-features=SpareRendererForSitePerProcess'];
const POLL_MS = 20;

/** Runs in a worker: whether it holds the lock of this name. Its own number is that of a lock it takes. */
async function holds(lockName) {
  const probe = `probe ${Math.random()}`;
  return navigator.locks.request(probe, async () => {
    const { held } = await navigator.locks.query();
    const { clientId } = held.find(({ name }) => name === probe);
    return held.some((lock) => lock.name === lockName && lock.clientId === clientId);
  });
}

/**
 * @typedef {object} Tab
 * @property {(name: string, task: import('./page.js').Task) => Promise<any>} call a function of page.ts
 * @property {(lockName: string) => Promise<boolean>} leads whether its worker has the lock
 * @property {() => Promise<void>} kill ends its process at once; resolves when the browser has noticed
 * @property {() => void} freeze stops its process where it stands
 * @property {() => void} thaw
 *
 * @typedef {object} Tabs
 * @property {(onReport: (report: any) => void) => Promise<Tab>} open another one
 * @property {() => Promise<void>} close ends the browser properly
 */

/**
 * @param {{ url: string, profile: string }} world
 * @returns {Promise<Tabs>}
 */
export async function openTabs({ url, profile }) {
  const context = await launchChromium(profile, flags);
  const system = await context.browser().newBrowserCDPSession();
  const renderers = async () => {
    const { processInfo } = await system.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  };
  return {
    async open(onReport) {
      const before = await renderers();
      const page = await context.newPage();
      page.on('pageerror', ({ message }) => onReport({ kind: 'problem', text: `the page says: ${message}` }));
      await addReport(context, page, onReport);
      await page.goto(url);
      const made = (await renderers()).filter((id) => !before.includes(id));
      if (made.length !== 1) throw new Error(`a new tab made ${made.length} processes, not one`);
      return tabOf(page, made[0]);
    },
    close: () => context.close(),
  };
}

/** @returns {Tab} */
function tabOf(page, pid) {
  const crashed = new Promise((resolve) => page.once('crash', resolve));
  return {
    call: (name, task) => page.evaluate(callPage, [name, task]),
    async leads(lockName) {
      const answers = await Promise.all(page.workers().map((worker) => worker.evaluate(holds, lockName)));
      return answers.includes(true);
    },
    async kill() {
      process.kill(pid, 'SIGKILL');
      await crashed;
      await page.close();
    },
    freeze: () => process.kill(pid, 'SIGSTOP'),
    thaw: () => process.kill(pid, 'SIGCONT'),
  };
}

/**
 * Waits until one of these tabs leads.
 *
 * @param {(Tab | null)[]} tabs those that are null are not asked
 * @param {string} lockName
 * @param {Promise<never>} bitten ends the wait
 * @returns {Promise<number>} which one
 */
export async function untilOneLeads(tabs, lockName, bitten) {
  const look = async () => {
    for (;;) {
      const answers = await Promise.all(tabs.map((tab) => tab?.leads(lockName) ?? false));
      if (answers.includes(true)) return answers.indexOf(true);
      await pause(POLL_MS);
    }
  };
  return Promise.race([look(), bitten]);
}
