/**
 * The part of a file that a `Range` header asks for (RFC 9110, section 14), both ends inclusive.
 *
 * @typedef {{ start: number, end: number }} ByteRange
 */

/**
 * Null when the whole is to be sent: there is no header, it isn't one that we understand, or it asks for
 * several ranges. 'unsatisfiable' when nothing of what it asks for is there.
 *
 * @param {string | undefined} header
 * @param {number} size of the whole, in bytes
 * @returns {ByteRange | 'unsatisfiable' | null}
 */
export function rangeOf(header, size) {
  const [, first, last] = /^bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return null;
  if (first === '') return suffixOf(Number(last), size);
  const [start, end] = [Number(first), last === '' ? Infinity : Number(last)];
  if (end < start) return null;
  return start < size ? { start, end: Math.min(end, size - 1) } : 'unsatisfiable';
}

/** The last bytes, at most so many. @param {number} count @param {number} size */
function suffixOf(count, size) {
  if (count === 0 || size === 0) return 'unsatisfiable';
  return { start: Math.max(0, size - count), end: size - 1 };
}

/**
 * Whether the client's copy of a part is of this version, so that a range of it fits. Only a strong tag
 * proves that; a date doesn't.
 *
 * @param {string | undefined} ifRange
 * @param {string} etag with its quotes
 */
export function isSameVersion(ifRange, etag) {
  return ifRange === undefined || ifRange.trim() === etag;
}

/**
 * Whether `If-None-Match` names this version.
 *
 * @param {string | undefined} ifNoneMatch
 * @param {string} etag with its quotes
 */
export function isKnownVersion(ifNoneMatch, etag) {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}
