/**
 * The benches, by the names that `--only` takes, in the order in which they run.
 *
 * @typedef {import('../browsers.mjs').Browser} Browser
 *
 * @typedef {object} Context
 * @property {number} rounds
 * @property {string} packageFolder the build that is measured
 * @property {(work: (browser: Browser) => Promise<void>) => Promise<void>} withBrowser starts a browser with
 *   an empty profile for the work and ends it afterwards
 *
 * @typedef {(context: Context) => Promise<import('../comparison.mjs').Outcome>} Bench
 */
import { ingest, live } from './ingest.mjs';
import { open } from './open.mjs';
import { scroll } from './scroll.mjs';
import { sync } from './sync.mjs';

/** @type {Record<string, Bench>} */
export const benches = { ingest, live, open, scroll, sync };
