import type { ChatSyncState } from '../gen/schema.js';

/** What is known of a stretch of a chat. */
export type Known = 'here' | 'gap' | 'stale' | 'evicted' | 'unasked';

export interface Part {
  from: number;
  to: number;
  known: Known;
}

/** What the words mean that a picture of a chat is made of. */
export const MEANINGS: Record<Known, string> = {
  here: 'on this device',
  gap: 'gap: missing',
  stale: 'gap: known to be out of date',
  evicted: 'evicted for want of room',
  unasked: 'on the server, not asked for yet',
};

/** The highest number that the chat is known to have. */
export function lastOf({ chat, lastSyncedSequence }: ChatSyncState): number {
  return Math.max(chat?.lastSequence ?? 0, lastSyncedSequence ?? 0);
}

/**
 * A chat from its first to its last message, in stretches of which the same is known, as the core has noted
 * it: what it covers is here, or was deleted.
 */
export function coverageOf(row: ChatSyncState): Part[] {
  const last = lastOf(row);
  const synced = Math.min(row.lastSyncedSequence ?? 0, last);
  const evicted = row.evictedBelow ?? 0;
  const parts: Part[] = [];
  const put = (from: number, to: number, known: Known) => {
    if (from <= to) parts.push({ from, to, known });
  };
  let next = 1;
  const gaps = [...(row.knownGaps ?? [])].sort((a, b) => a.startSeq - b.startSeq);
  for (const { startSeq, endSeq, stale } of gaps) {
    const [from, to] = [Math.max(next, startSeq), Math.min(endSeq, last)];
    put(next, Math.min(from - 1, synced), 'here');
    const split = stale ? from - 1 : Math.min(to, evicted);
    put(from, split, 'evicted');
    // What comes before all that was ever fetched is no hole: it waits until somebody scrolls there.
    put(Math.max(from, split + 1), to, stale ? 'stale' : startSeq === 1 ? 'unasked' : 'gap');
    next = Math.max(next, to + 1);
  }
  put(next, synced, 'here');
  put(Math.max(next, synced + 1), last, 'unasked');
  return parts;
}
