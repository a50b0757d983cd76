/**
 * Cursors of the chat list: opaque to clients, base64url of JSON. There are two kinds, and the first turns
 * into the second at the end of the list:
 *
 * - `list`: inside the first reading, newest activity first. `start` is the feed position when it began,
 *   `activity` (milliseconds, null for a chat without messages) and `id` are those of the last chat given.
 * - `feed`: `position` is the last change given.
 *
 * @typedef {{ kind: 'list', epoch: number, start: number, activity: number | null, id: string }} ListCursor
 * @typedef {{ kind: 'feed', epoch: number, position: number }} FeedCursor
 * @typedef {ListCursor | FeedCursor} Cursor
 */

/** @param {Cursor} cursor */
export function encodeCursor(cursor) {
  return Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url');
}

/**
 * @param {string} text
 * @returns {Cursor | null} null when it isn't one of ours
 */
export function decodeCursor(text) {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return isList(value) || isFeed(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param {any} value */
function isList(value) {
  return (
    value?.kind === 'list' &&
    isCount(value.epoch) &&
    isCount(value.start) &&
    (value.activity === null || isTime(value.activity)) &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value.id)
  );
}

/** @param {any} value */
function isFeed(value) {
  return value?.kind === 'feed' && isCount(value.epoch) && isCount(value.position);
}

/** @param {any} value */
function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Within what both a Date and the database can hold. @param {any} value */
function isTime(value) {
  return Number.isSafeInteger(value) && Math.abs(value) <= 2e14;
}
