/** Bulk ingest by hand-written IndexedDB. */
import type { IngestResult, IngestSize } from './support/results.js';
import { timeOptimal } from './support/run-optimal.js';

export function run(size: IngestSize): Promise<IngestResult> {
  return timeOptimal('prepareIngest', size, size.perChat);
}
