/** Media: what the core needs for many, making room, storing and reading files, and where they lie best. */
import { joined } from '../comparison.mjs';
import { mediaCore } from './media-core.mjs';
import { evict } from './media-evict.mjs';
import { files } from './media-files.mjs';
import { places } from './media-places.mjs';

/** @type {import('./index.mjs').Bench} */
export async function media(context) {
  const outcomes = [];
  for (const bench of [mediaCore, evict, files, places]) outcomes.push(await bench(context));
  return joined(outcomes);
}
