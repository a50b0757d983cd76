import { signal } from '@preact/signals';
import type { LarderStats } from 'chatlarder';
import { user } from './user';

/** How often files were asked for up to a moment, and how often they were here already. */
export interface HitSample {
  readonly time: number;
  readonly hits: number;
  readonly misses: number;
}

const samplesMax = 240;
const storageKey = `chatlarder-demo:hits:${user.key}`;

/** The statistics only know the present; this is what they were, oldest first. */
export const hitHistory = signal<readonly HitSample[]>(read());

/** Notes a change. Counts that went down are those of a new cache: what was before says nothing of it. */
export function noteHits({ cacheHits: hits, cacheMisses: misses }: LarderStats): void {
  const last = hitHistory.value.at(-1);
  if (last?.hits === hits && last.misses === misses) return;
  const isNew = last && (hits < last.hits || misses < last.misses);
  const before = isNew ? [] : hitHistory.value;
  hitHistory.value = [...before, { time: Date.now(), hits, misses }].slice(-samplesMax);
  try {
    localStorage.setItem(storageKey, JSON.stringify(hitHistory.value));
  } catch {
    // The plot then begins anew with the page.
  }
}

function read(): HitSample[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isSample) : [];
  } catch {
    return [];
  }
}

function isSample(value: unknown): value is HitSample {
  const { time, hits, misses } = (value ?? {}) as Partial<HitSample>;
  return [time, hits, misses].every(Number.isFinite);
}

/** The share of hits so far, in percent. */
export function rateOf({ hits, misses }: HitSample): number {
  return hits + misses === 0 ? 0 : (100 * hits) / (hits + misses);
}
