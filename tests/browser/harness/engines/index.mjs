/**
 * The engines the browser suite runs in.
 *
 * @typedef {object} OpenPage a browser that shows the page of the suite
 * @property {Promise<string>} gone resolves with the reason if the browser goes away by itself
 * @property {() => string} output what the browser printed so far
 * @property {() => Promise<unknown>} close ends the browser
 *
 * @typedef {object} Engine
 * @property {string} name
 * @property {string} [grep] the tests that it runs, unless the command names others; all where it isn't there
 * @property {string[]} [layouts] the storage layouts that it runs with; all where it isn't there
 * @property {(url: string, folder: string) => Promise<OpenPage>} open starts the browser at this address,
 *   with its profile in this empty folder; leaves nothing running if that fails
 */
import { chromium } from './chromium.mjs';
import { firefox } from './firefox.mjs';
import { webkitAutomation, webkitWindow } from './webkit.mjs';

/** What `--engine` accepts, and the engines that each name stands for. */
export const engines = {
  chromium: [chromium],
  firefox: [firefox],
  webkit: [webkitWindow, webkitAutomation],
};
