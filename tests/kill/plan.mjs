/** What happens in a round, drawn from the seed: the same seed gives the same plans. */
import { createHash } from 'node:crypto';

const ACKNOWLEDGED_MAX = 150;
const START_MS_MAX = 1500;
const AFTERWARDS_MS_MAX = 60;
const NETWORK_CHANGES = 40;
const ON_MS_MAX = 1200;
const OFF_MS_MAX = 700;

/** A whole number from 0 to `below` - 1. */
function draw(below, ...what) {
  const hash = createHash('sha256').update(what.join(' ')).digest();
  return Math.floor((hash.readUInt32BE(0) / 2 ** 32) * below);
}

/**
 * @typedef {object} Plan
 * @property {number} seed for the page
 * @property {boolean} startsOffline
 * @property {{ onMs: number, offMs: number }[]} network so long there is one, so long there is none, and so
 *   on
 * @property {number} acknowledged the browser is killed when so many messages are acknowledged
 * @property {number} afterwardsMs and so long after that
 */

/**
 * One round in six is over while the larder is starting, before the page is heard of.
 *
 * @param {number} seed
 * @param {number} round
 * @returns {Plan}
 */
export function planOf(seed, round) {
  const pick = (below, ...what) => draw(below, seed, round, ...what);
  const isEarly = pick(6, 'early') === 0;
  return {
    seed: pick(2 ** 32, 'page'),
    startsOffline: pick(3, 'start') === 0,
    network: Array.from({ length: NETWORK_CHANGES }, (_, change) => ({
      onMs: pick(ON_MS_MAX, 'on', change),
      offMs: pick(OFF_MS_MAX, 'off', change),
    })),
    acknowledged: isEarly ? 0 : 1 + pick(ACKNOWLEDGED_MAX, 'acknowledged'),
    afterwardsMs: pick(isEarly ? START_MS_MAX : AFTERWARDS_MS_MAX, 'afterwards'),
  };
}
