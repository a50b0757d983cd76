/** Fills a cache as an app with Workbox does: a response each, and its time. Expired entries go by that. */
import { CacheExpiration } from 'workbox-expiration';
import { fileBytes } from './support/media-fill.js';
import type { EvictTask } from './support/results.js';

const AT_ONCE = 50;

export async function run({ user, entries, bytes }: EvictTask): Promise<void> {
  const cache = await caches.open(user);
  const expiration = new CacheExpiration(user, { maxEntries: entries });
  const body = fileBytes(bytes);
  const headers = { 'content-type': 'image/jpeg' };
  for (let first = 0; first < entries; first += AT_ONCE) {
    const urls = Array.from({ length: AT_ONCE }, (_, i) => `/media/${first + i}.jpg`);
    await Promise.all(urls.map((url) => cache.put(url, new Response(body, { headers }))));
    for (const url of urls) await expiration.updateTimestamp(url);
  }
}
