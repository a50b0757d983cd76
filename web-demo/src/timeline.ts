import type { CachedMessage, Gap, MessagePage } from 'chatlarder';

/**
 * What the page has read of a chat that the server has: everything that is on disk from `low` up, with the
 * holes in it. Values are never changed in place.
 */
export interface Timeline {
  readonly low: number;
  readonly messages: readonly CachedMessage[];
  readonly gaps: readonly Gap[];
}

/** A stretch of a chat as one or more reads found it on disk: all of `from` to `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly messages: readonly CachedMessage[];
  readonly gaps: readonly Gap[];
}

/** One thing in the order of the chat: a message, or a hole. */
export type Entry =
  | { readonly kind: 'message'; readonly sequence: number; readonly message: CachedMessage }
  | { readonly kind: 'gap'; readonly sequence: number; readonly gap: Gap };

/**
 * What the server doesn't have yet is numbered from here on, in the order written, until it gives its own.
 */
const provisionalFrom = 2 ** 52;

/** Whether the server doesn't have a message yet. */
export function isUnsent({ sequenceNumber }: CachedMessage): boolean {
  return sequenceNumber >= provisionalFrom;
}

/** What a message keeps when the server's row takes the place of the one that was written here. */
export function keyOf({ id, tempId }: CachedMessage): string {
  return tempId ?? id;
}

/**
 * What a page read with `limit` and `before` tells of what the server has: down to its oldest row or hole, or
 * to the start.
 */
export function stretchOf({ messages, gaps }: MessagePage, limit: number, before = Infinity): Stretch {
  const oldest = messages.length < limit ? 1 : messages[0]!.sequenceNumber;
  const from = Math.min(oldest, ...gaps.map(({ startSeq }) => startSeq));
  return { from, to: before - 1, messages: messages.filter((message) => !isUnsent(message)), gaps };
}

/** Two stretches, the older one read directly below the newer. */
export function joined(older: Stretch, newer: Stretch): Stretch {
  return {
    from: older.from,
    to: newer.to,
    messages: [...older.messages, ...newer.messages],
    gaps: [...older.gaps, ...newer.gaps],
  };
}

export function timelineOf({ from, messages, gaps }: Stretch): Timeline {
  return { low: from, messages, gaps };
}

/** The highest sequence number that the timeline tells about. */
export function highOf({ messages, gaps }: Timeline): number {
  return Math.max(messages.at(-1)?.sequenceNumber ?? 0, gaps.at(-1)?.endSeq ?? 0);
}

/** The hole that reached into a stretch from below, before the stretch was read again. */
export function holeInto(timeline: Timeline, { from }: Stretch): Gap | null {
  return timeline.gaps.find(({ startSeq, endSeq }) => startSeq < from && endSeq >= from - 1) ?? null;
}

/**
 * The timeline with a stretch read again. A hole that reached into the stretch from below is over, or
 * came anew with it; what may have been filled in below it is no longer known, so the timeline then
 * begins with the stretch. Messages that didn't change keep their identity.
 */
export function withStretch(timeline: Timeline, stretch: Stretch): Timeline {
  const { from, to } = stretch;
  if (to < timeline.low - 1) return timeline;
  const outdated = holeInto(timeline, stretch) !== null;
  const fresh = readAgain(timeline.messages, stretch.messages);
  const below = outdated ? [] : timeline.messages.filter(({ sequenceNumber }) => sequenceNumber < from);
  const gapsBelow = outdated ? [] : timeline.gaps.filter(({ endSeq }) => endSeq < from);
  return {
    low: outdated ? from : Math.min(from, timeline.low),
    messages: [...below, ...fresh, ...timeline.messages.filter(({ sequenceNumber }) => sequenceNumber > to)],
    gaps: [...gapsBelow, ...stretch.gaps, ...timeline.gaps.filter(({ startSeq }) => startSeq > to)],
  };
}

/** Messages as they were read again; those that didn't change keep their identity. */
export function readAgain(
  before: readonly CachedMessage[],
  after: readonly CachedMessage[],
): readonly CachedMessage[] {
  const known = new Map(before.map((message) => [message.id, message]));
  return after.map((message) => unchanged(known.get(message.id), message) ?? message);
}

function unchanged(before: CachedMessage | undefined, after: CachedMessage): CachedMessage | null {
  const same =
    before &&
    before.sequenceNumber === after.sequenceNumber &&
    before._syncVersion === after._syncVersion &&
    before.status === after.status &&
    before.errorMessage === after.errorMessage &&
    before.updatedAt === after.updatedAt &&
    before.content === after.content;
  return same ? before : null;
}

/** Messages and holes in the order of the chat. A hole stands at its lowest number. */
export function entriesOf({ messages, gaps }: Timeline): Entry[] {
  const entries: Entry[] = [
    ...messages.map(entryOf),
    ...gaps.map((gap) => ({ kind: 'gap' as const, sequence: gap.startSeq, gap })),
  ];
  return entries.sort((a, b) => a.sequence - b.sequence);
}

/** The entries of what waits. What the timeline has already, because it was read later, is left out. */
export function unsentEntriesOf(unsent: readonly CachedMessage[], timeline: Timeline): Entry[] {
  if (unsent.length === 0) return [];
  const keys = new Set(timeline.messages.map(keyOf));
  return unsent.filter((message) => !keys.has(keyOf(message))).map(entryOf);
}

function entryOf(message: CachedMessage): Entry {
  return { kind: 'message', sequence: message.sequenceNumber, message };
}
