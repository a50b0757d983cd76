import type { CachedMessage, Gap } from 'chatlarder';
import { keyOf } from './timeline';
import type { Entry } from './timeline';
import { dayKey } from './text/time';
import { user } from './user';

/** One row of the conversation as it is drawn. */
export type Row =
  | { kind: 'day'; key: string; iso: string }
  | { kind: 'unread'; key: string }
  | { kind: 'gap'; key: string; gap: Gap }
  | { kind: 'message'; key: string; message: CachedMessage; isFirst: boolean; isLast: boolean };

/** Messages of one sender within this time stand together under one name. */
const groupMs = 5 * 60_000;

/**
 * The rows for a stretch of entries: days are named where they begin, the first message that was unread when
 * the chat was opened has a mark above it, and messages of one sender are grouped.
 */
export function rowsOf(entries: readonly Entry[], readUpTo: number): Row[] {
  const rows: Row[] = [];
  const firstUnread = firstUnreadOf(entries, readUpTo);
  let previous: CachedMessage | null = null;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'gap') {
      rows.push({ kind: 'gap', key: `gap-${entry.gap.startSeq}`, gap: entry.gap });
      previous = null;
      continue;
    }
    const { message } = entry;
    const id = keyOf(message);
    const isNewDay = !previous || dayKey(previous.createdAt) !== dayKey(message.createdAt);
    const isFirstUnread = message === firstUnread;
    if (isNewDay) rows.push({ kind: 'day', key: `day-${id}`, iso: message.createdAt });
    if (isFirstUnread) rows.push({ kind: 'unread', key: 'unread' });
    const isFirst = isNewDay || isFirstUnread || !belongTogether(previous, message);
    const next = entries[index + 1];
    const nextMessage = next?.kind === 'message' ? next.message : null;
    const isLast = !belongTogether(message, nextMessage) || nextMessage === firstUnread;
    rows.push({ kind: 'message', key: id, message, isFirst, isLast });
    previous = message;
  }
  return rows;
}

/** Null where the place up to which was read isn't among the entries, or in a hole. */
function firstUnreadOf(entries: readonly Entry[], readUpTo: number): CachedMessage | null {
  const next = entries.findIndex(({ sequence }) => sequence > readUpTo);
  if (entries[next - 1]?.kind !== 'message') return null;
  for (const entry of entries.slice(next)) {
    if (entry.kind === 'gap') return null;
    if (entry.message.senderId !== user.id) return entry.message;
  }
  return null;
}

function belongTogether(a: CachedMessage | null, b: CachedMessage | null): boolean {
  if (!a || !b || a.senderId !== b.senderId || dayKey(a.createdAt) !== dayKey(b.createdAt)) return false;
  return Math.abs(Date.parse(b.createdAt) - Date.parse(a.createdAt)) < groupMs;
}
