/** Fills a larder's database with many small files by hand: for the package and for hand-written code. */
import { DATABASE } from '../../../js-bindings/src/gen/schema.js';
import { fillDatabase } from './support/media-fill.js';
import type { EvictTask } from './support/results.js';

export function run({ user, ...size }: EvictTask): Promise<void> {
  return fillDatabase(`${DATABASE.defaultNamespace}-${user}-cache`, size);
}
