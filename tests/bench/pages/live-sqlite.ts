/** Live ingest by SQLite: everything that came, in one transaction. */
import type { IngestResult, LiveSize } from './support/results.js';
import { timeSqlite } from './support/run-sqlite.js';

export function run(size: LiveSize): Promise<IngestResult> {
  return timeSqlite('prepareLive', size, size.known + size.perChat);
}
