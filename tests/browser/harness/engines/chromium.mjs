/** Chromium, through the DevTools protocol. */
import { chromium as driver } from 'playwright-core';
import { findProgram, orEnd } from '../processes.mjs';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts headless Chromium with a profile of its own, which outlives pages but not the browser.
 *
 * @param {string} profile folder for the profile
 * @param {string[]} [more] flags
 * @returns {Promise<import('playwright-core').BrowserContext>}
 */
export function launchChromium(profile, more = []) {
  return driver.launchPersistentContext(profile, {
    executablePath: findProgram('chromium', 'chromium-browser'),
    headless: true,
    args: [...flags, ...more],
  });
}

/** @type {import('./index.mjs').Engine} */
export const chromium = {
  name: 'chromium',
  async open(url, profile) {
    const context = await launchChromium(profile);
    const close = () => context.close();
    const page = context.pages()[0] ?? (await context.newPage());
    const gone = new Promise((resolve) => {
      page.once('crash', () => resolve('the page crashed'));
      context.once('close', () => resolve('the browser closed'));
    });
    await orEnd(page.goto(url), close);
    return { gone, output: () => '', close };
  },
};
