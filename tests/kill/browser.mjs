/** A browser with the test's page, and its violent end. */
import { setTimeout as pause } from 'node:timers/promises';
import { launchChromium } from '../browser/harness/engines/chromium.mjs';

const GONE_POLL_MS = 5;

/** Runs in the page. */
export async function callPage([name, task]) {
  const module = await import('/page.js');
  return module[name](task);
}

/**
 * @typedef {object} Browser
 * @property {number} pid of the browser's own process, the head of its process group
 * @property {(name: string, task: import('./page.js').Task) => Promise<any>} call a function of page.ts
 * @property {(offline: boolean) => Promise<void>} setOffline takes the network from the page and its worker
 * @property {() => Promise<void>} collectGarbage has the page let go of Blobs that it doesn't use any more
 * @property {() => Promise<void>} close ends it properly
 */

/**
 * @param {{ url: string, profile: string }} world
 * @param {(report: any) => void} onReport told what the page reports, and problems that it doesn't know of
 * @param {{ quotaBytes?: number }} [options] how much the browser is to let the site store
 * @returns {Promise<Browser>}
 */
export async function openBrowser({ url, profile }, onReport, { quotaBytes } = {}) {
  const context = await launchChromium(profile);
  const page = context.pages()[0] ?? (await context.newPage());
  if (quotaBytes !== undefined) await limitStorage(context, page, url, quotaBytes);
  page.on('pageerror', (error) => onReport({ kind: 'problem', text: `the page says: ${error.message}` }));
  const session = await addReport(context, page, onReport);
  const pid = await processOf(context);
  await page.goto(url);
  return {
    pid,
    call: (name, task) => page.evaluate(callPage, [name, task]),
    setOffline: (offline) => context.setOffline(offline),
    collectGarbage: () => session.send('HeapProfiler.collectGarbage'),
    close: () => context.close(),
  };
}

/** Gives the page its function `report`; resolves with the session that has the page's debugger. */
export async function addReport(context, page, onReport) {
  const session = await context.newCDPSession(page);
  session.on('Runtime.bindingCalled', ({ name, payload }) => {
    if (name === 'report') onReport(JSON.parse(payload));
  });
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: 'report' });
  return session;
}

/** It holds as long as the page does. */
async function limitStorage(context, page, url, quotaSize) {
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize });
}

async function processOf(context) {
  const session = await context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.find(({ type }) => type === 'browser').id;
}

/**
 * Kills the browser with everything it has started, at once and without a warning; waits until it is gone.
 */
export async function killBrowser({ pid }) {
  if (!signalGroup(pid, 'SIGKILL')) throw new Error('the browser had ended by itself');
  while (signalGroup(pid, 0)) await pause(GONE_POLL_MS);
}

/** Whether there was anybody to get the signal. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}
