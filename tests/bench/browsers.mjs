/**
 * The browsers that a bench runs in.
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {<T>(script: string, args: object) => Promise<T>} run opens a new page, imports the module and
 *   calls its `run`; closes the page and gives what came back
 * @property {(script: string, args: object) => Promise<number>} [measure] runs it in the same way and calls
 *   the module's `close` when it has been measured: the bytes that the page's process has for itself
 * @property {() => Promise<unknown>} close
 */
import { readFileSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { launchChromium } from '../browser/harness/engines/chromium.mjs';
import { findProgram } from '../browser/harness/processes.mjs';

/** Asking for a page's memory collects its garbage at once. */
const measuring = ['--enable-blink-features=ForceEagerMeasureMemory'];
const SPIN_MS = 300;

/** Runs in the page. */
async function importAndRun([script, args]) {
  const module = await import(script);
  return module.run(args);
}

async function runIn(page, url, script, args) {
  try {
    await page.goto(url);
    return await page.evaluate(importAndRun, [script, args]);
  } finally {
    await page.close();
  }
}

/** Runs in the page. */
function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** The process of a page: of all renderers the one that works while the page does. */
async function processOf(page) {
  const session = await page.context().browser().newBrowserCDPSession();
  const renderers = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer');
  };
  const before = new Map((await renderers()).map(({ id, cpuTime }) => [id, cpuTime]));
  await page.evaluate(spin, SPIN_MS);
  const worked = (await renderers()).map(({ id, cpuTime }) => ({
    id,
    time: cpuTime - (before.get(id) ?? 0),
  }));
  await session.detach();
  return worked.reduce((most, other) => (other.time > most.time ? other : most)).id;
}

/**
 * What a page has of memory: by its process, since the browser's own count leaves out a WebAssembly's memory.
 *
 * @returns {Promise<number>}
 */
async function measureIn(page, url, script, args) {
  try {
    await page.goto(url);
    await page.evaluate(importAndRun, [script, args]);
    const status = readFileSync(`/proc/${await processOf(page)}/status`, 'utf8');
    await page.evaluate(async (path) => (await import(path)).close(), script);
    return Number(/RssAnon:\s*(\d+) kB/.exec(status)[1]) * 1024;
  } finally {
    await page.close();
  }
}

/** @returns {Promise<Browser>} */
async function openChromium(url, profile) {
  const context = await launchChromium(profile, measuring);
  return {
    version: `Chromium ${context.browser().version()}`,
    run: async (script, args) => runIn(await context.newPage(), url, script, args),
    measure:
      process.platform === 'linux'
        ? async (script, args) => measureIn(await context.newPage(), url, script, args)
        : undefined,
    close: () => context.close(),
  };
}

/** @returns {Promise<Browser>} */
async function openFirefox(url, profile) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: findProgram('firefox-esr', 'firefox'),
    headless: true,
    userDataDir: profile,
    protocolTimeout: 600_000,
  });
  return {
    version: await browser.version(),
    run: async (script, args) => runIn(await browser.newPage(), url, script, args),
    close: () => browser.close(),
  };
}

/** By the names that `--engine` takes: (url, folder for the profile) => Promise<Browser>. */
export const browsers = { chromium: openChromium, firefox: openFirefox };
