/**
 * The benches, by the names that `--only` takes, in the order in which they run.
 *
 * @typedef {import('../browsers.mjs').Browser} Browser
 *
 * @typedef {object} Context
 * @property {string[]} only the benches that run
 * @property {boolean} quick with fewer messages, only to see that everything works
 * @property {number} rounds
 * @property {import('../server.mjs').Pages} pages the scripts, and the build that is measured
 * @property {(work: (browser: Browser) => Promise<void>, url?: string) => Promise<void>} withBrowser starts
 *   a browser with an empty profile for the work and ends it afterwards; its pages are those of another
 *   server if `url` is given
 *
 * @typedef {(context: Context) => Promise<import('../comparison.mjs').Outcome>} Bench
 */
import { ingest, live } from './ingest.mjs';
import { sharingFilled } from './filled.mjs';
import { media } from './media.mjs';
import { memory } from './memory.mjs';
import { open } from './open.mjs';
import { outbox } from './outbox.mjs';
import { scroll } from './scroll.mjs';
import { size } from './size.mjs';
import { sync } from './sync.mjs';

/** @type {Record<string, Bench>} */
export const benches = {
  ingest,
  live,
  ...sharingFilled({ open, scroll, memory }),
  sync,
  outbox,
  media,
  size,
};
