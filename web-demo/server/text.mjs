/** The longest message, in Unicode code points. */
export const CONTENT_CODE_POINTS_MAX = 10_000;

/**
 * Whether the database can hold a text as it is: Postgres text has no NUL character, and a lone surrogate
 * has no UTF-8 form.
 *
 * @param {string} text
 */
export function isStorable(text) {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** @param {string} text */
export function codePoints(text) {
  return [...text].length;
}
