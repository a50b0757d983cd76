/** Bulk ingest by a contender of the field. */
import type { IngestResult, IngestSize } from './support/results.js';
import { timeStore, type WithStore } from './support/run-store.js';

export function run({ store, ...size }: IngestSize & WithStore): Promise<IngestResult> {
  return timeStore({ store }, size.perChat, 'prepareIngest', size);
}
