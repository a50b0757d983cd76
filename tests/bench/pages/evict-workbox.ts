/** Workbox makes room: `expireEntries()` of a `CacheExpiration` with so many entries less. */
import { CacheExpiration } from 'workbox-expiration';
import type { EvictTask, WorkboxResult } from './support/results.js';

export async function run({ user, entries, victims, round }: EvictTask): Promise<WorkboxResult> {
  const maxEntries = entries - victims * (round + 1);
  const expiration = new CacheExpiration(user, { maxEntries });
  await expiration.updateTimestamp(`/media/${entries - 1}.jpg`); // its database is open then
  const start = performance.now();
  await expiration.expireEntries();
  const ms = performance.now() - start;
  const left = await (await caches.open(user)).keys();
  const urls = left.map(({ url }) => new URL(url).pathname);
  return { ms, entries: urls.length, first: urls[0] ?? '' };
}
