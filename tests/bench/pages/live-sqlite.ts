/** Live ingest by SQLite: a transaction for each message, or one for all. */
import type { IngestResult, LiveSize } from './support/results.js';
import { timeSqlite } from './support/run-sqlite.js';

export function run({
  collected = false,
  ...size
}: LiveSize & { collected?: boolean }): Promise<IngestResult> {
  return timeSqlite(size.known + size.perChat, 'prepareLive', size, collected);
}
