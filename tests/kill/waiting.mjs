/** Waiting for something to happen. */

/** A promise that is resolved from outside. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}

/**
 * `bitten` rejects when `touch` was not called for so long, unless it was stopped before.
 *
 * @param {number} limitMs
 * @param {string} what did not happen
 */
export function watchdog(limitMs, what) {
  let timer;
  let bite;
  let stopped = false;
  const bitten = new Promise((_, reject) => (bite = reject));
  bitten.catch(() => {}); // Nobody may be waiting for it.
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
  };
  const touch = () => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => bite(new Error(`${what} for ${limitMs / 1000} s`)), limitMs);
  };
  touch();
  return { touch, bitten, stop };
}
