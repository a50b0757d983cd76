import type { Larder } from './client.js';
import type { RepairResult } from './core.js';
import type { VerifyProblem, VerifyReport } from './verify.js';

/** What `larder.repair()` did. */
export interface RepairReport extends RepairResult {
  /** What had been found wrong. */
  problems: VerifyProblem[];
}

const encoder = new TextEncoder();

/** Files of which nothing can be read any more, and those that are not what the server gave. */
const MISSING = ['media_without_blob'];
const THUMBNAILS = ['thumbnail_without_blob'];
const DAMAGED = ['media_size', 'media_hash'];
/** What can be wrong with a block by itself: its range is fetched again. */
const UNREADABLE = [
  'unreadable',
  'no_data',
  'bad_json',
  'bad_utf8',
  'wrong_count',
  'wrong_order',
  'wrong_range',
];

/** Tells the core what was found wrong, and what it made of that. */
export async function repair(larder: Larder, { problems }: VerifyReport): Promise<RepairReport> {
  const idsOf = (codes: string[]) =>
    problems.flatMap(({ code, id }) => (id && codes.includes(code) ? id : []));
  const keysOf = (name: string) =>
    problems.flatMap(({ code, key, requestId }) => (key && code === name ? [{ requestId, key }] : []));
  for (const { code, requestId, firstSequence, lastSequence } of problems)
    if (UNREADABLE.includes(code) && requestId && firstSequence && lastSequence)
      larder.tellDamage(requestId, { firstSequence, lastSequence });
  const found = {
    orphans: keysOf('blob_without_media').map(({ key }) => key),
    files: keysOf('file_without_media'),
    missing: [...new Set(idsOf(MISSING))],
    damaged: [...new Set(idsOf(DAMAGED))],
    thumbnails: idsOf(THUMBNAILS),
  };
  const body = encoder.encode(JSON.stringify(found));
  const { result } = await larder.command({ header: { type: 'repair' }, body });
  return { ...(result as RepairResult), problems };
}
