/** Bulk ingest by SQLite. */
import type { IngestResult, IngestSize } from './support/results.js';
import { timeSqlite } from './support/run-sqlite.js';

export function run(size: IngestSize): Promise<IngestResult> {
  return timeSqlite(size.perChat, 'prepareIngest', size);
}
