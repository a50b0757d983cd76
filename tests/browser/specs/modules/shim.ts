/**
 * Puts the fault shim in front of a worker's IndexedDB before the worker's own script runs. It tells the page
 * of each call on a channel, and hears there when the fault is over (support/shimmed-workers.ts).
 */
import { FaultShim, stackOf, type ShimOptions } from '../support/fault-shim.js';

export interface ShimState {
  calls: number;
  hits: number;
  names: string[];
  /** Errors that nobody caught. */
  uncaught: string[];
  released: boolean;
}

const { searchParams } = new URL(import.meta.url);
const options = JSON.parse(searchParams.get('options')!) as ShimOptions;
const channel = new BroadcastChannel(searchParams.get('channel')!);
const uncaught: string[] = [];
let released = false;

function tell(): void {
  const { calls, hits, names } = shim;
  channel.postMessage({ calls, hits, names, uncaught, released } satisfies ShimState);
}

const shim = new FaultShim(options, tell).install();

channel.onmessage = ({ data }: MessageEvent<'release' | 'lose'>) => {
  released = data === 'release';
  if (released) shim.release();
  else shim.lose();
  tell();
};

addEventListener('error', (event) => {
  uncaught.push(stackOf(event.error));
  event.preventDefault(); // the page is told here
  tell();
});
addEventListener('unhandledrejection', ({ reason }) => {
  uncaught.push(stackOf(reason));
  tell();
});
tell();

/** Pauses between tries are longer than a spec that makes many of them may wait. */
const { setTimeout: original } = globalThis;
const hurried = (work: () => void, ms = 0) => original(work, options.timers?.[ms] ?? ms);
globalThis.setTimeout = hurried as typeof setTimeout;
