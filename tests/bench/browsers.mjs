/**
 * The browsers that a bench runs in.
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {<T>(script: string, args: object) => Promise<T>} run opens a new page, imports the module and
 *   calls its `run`; closes the page and gives what came back
 * @property {() => Promise<unknown>} close
 */
import puppeteer from 'puppeteer-core';
import { launchChromium } from '../browser/harness/engines/chromium.mjs';
import { findProgram } from '../browser/harness/processes.mjs';

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

/** @returns {Promise<Browser>} */
async function openChromium(url, profile) {
  const context = await launchChromium(profile);
  return {
    version: `Chromium ${context.browser().version()}`,
    run: async (script, args) => runIn(await context.newPage(), url, script, args),
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
