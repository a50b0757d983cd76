/** Live ingest by a contender of the field: a call for each message as it comes, or all collected. */
import type { IngestResult, LiveSize } from './support/results.js';
import { timeStore, type WithStore } from './support/run-store.js';

export function run(task: LiveSize & WithStore & { collected?: boolean }): Promise<IngestResult> {
  const { store, collected = false, ...size } = task;
  return timeStore({ store }, size.known + size.perChat, 'prepareLive', size, collected);
}
