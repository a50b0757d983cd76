/** Firefox, through WebDriver BiDi. */
import puppeteer from 'puppeteer-core';
import { findProgram, orEnd } from '../processes.mjs';

/** @type {import('./index.mjs').Engine} */
export const firefox = {
  name: 'firefox',
  async open(url, profile) {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: findProgram('firefox-esr', 'firefox'),
      headless: true,
      userDataDir: profile,
    });
    const close = () => browser.close();
    const gone = new Promise((resolve) => browser.once('disconnected', () => resolve('the browser closed')));
    const [page = await browser.newPage()] = await browser.pages();
    await orEnd(page.goto(url), close);
    return { gone, output: () => '', close };
  },
};
