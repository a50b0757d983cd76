import type { ChangeDetail, Larder } from './client.js';

/**
 * Reads at once and again after each change that `touches` what is read, and calls back with what was read
 * last. Changes during a read lead to one more read. Returns what stops it. A read that fails is reported as
 * an `error` event of the larder.
 */
export function watch<T>(
  larder: Larder,
  touches: (change: ChangeDetail) => boolean,
  read: () => Promise<T>,
  callback: (value: T) => void,
): () => void {
  const stop = new AbortController();
  let reading = false;
  let again = false;
  const refresh = async () => {
    if (reading) return void (again = true);
    reading = true;
    try {
      do {
        again = false;
        const value = await read();
        if (!again && !stop.signal.aborted) callback(value);
      } while (again && !stop.signal.aborted);
    } catch (error) {
      if (!stop.signal.aborted) larder.report(error);
    } finally {
      reading = false;
    }
  };
  const onChange = ({ detail }: CustomEvent<ChangeDetail>) => {
    if (touches(detail)) void refresh();
  };
  larder.addEventListener('change', onChange, { signal: stop.signal });
  void refresh();
  return () => stop.abort();
}
