import { effect, signal } from '@preact/signals';
import type { Larder, LarderStats, QuotaDetail } from 'chatlarder';
import { noteHits } from './hit-history';
import { larder } from './store';

/** While somebody looks at them, changes within this time are read once; otherwise within a longer one. */
const restMs = 250;
const unseenRestMs = 30_000;
/** What was only looked at is counted in batches, and no event says so. */
const lookMs = 2000;

/** What is stored on this device; null until it was read. */
export const stats = signal<LarderStats | null>(null);
/** Why it couldn't be read, until it can. */
export const statsProblem = signal<unknown>(null);
/** How full cache and browser are, once that was worth a word. */
export const quota = signal<QuotaDetail | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;
let isLookedAt = false;

effect(() => (larder.value ? watchStorage(larder.value) : undefined));

function watchStorage(opened: Larder): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const readSoon = () => (timer ??= setTimeout(() => void readStats(), isLookedAt ? restMs : unseenRestMs));
  opened.addEventListener('media', readSoon, { signal });
  opened.addEventListener('change', readSoon, { signal });
  opened.addEventListener(
    'quota',
    ({ detail }) => {
      quota.value = detail;
      readSoon();
    },
    { signal },
  );
  return () => {
    stop.abort();
    forgetTimer();
  };
}

/** Reads what is stored now and then, as long as somebody looks at it; returns what stops that. */
export function keepReadingStats(): () => void {
  isLookedAt = true;
  void readStats();
  const looking = setInterval(() => {
    if (document.visibilityState === 'visible') void readStats();
  }, lookMs);
  return () => {
    isLookedAt = false;
    clearInterval(looking);
  };
}

function forgetTimer(): void {
  clearTimeout(timer);
  timer = undefined;
}

/** Reads anew what is stored. */
export async function readStats(): Promise<void> {
  forgetTimer();
  try {
    const read = await larder.value!.stats();
    stats.value = read;
    statsProblem.value = null;
    noteHits(read);
  } catch (error) {
    statsProblem.value = error;
  }
}
