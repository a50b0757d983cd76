/** What is made of the samples of several rounds. */

/** @param {number[]} numbers at least one */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number[]} numbers @returns {{median: number, min: number, max: number}} */
export function summaryOf(numbers) {
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) };
}

/** The quotients round by round: what disturbs a whole round cancels out. */
export function ratiosOf(dividends, divisors) {
  return dividends.map((dividend, round) => dividend / divisors[round]);
}

/** The contenders in another order every round, so that none always runs first. */
export function orderOf(names, round) {
  const first = round % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}
