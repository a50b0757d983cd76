/** Live ingest by hand-written IndexedDB: everything that came, in one group commit. */
import type { IngestResult, LiveSize } from './support/results.js';
import { timeOptimal } from './support/run-optimal.js';

export function run(size: LiveSize): Promise<IngestResult> {
  return timeOptimal('prepareLive', size, size.known + size.perChat);
}
