/**
 * The storage layouts that the specs run with: the page is told which, and larders are opened with it unless
 * a spec names one. With rows only those files run in which it matters how history is stored.
 */
const inBlocksOnly = [
  'background',
  'block-reads',
  'blocks',
  'destroy',
  'harness',
  'inspector',
  'media',
  'media-blobs',
  'media-http',
  'media-tabs',
  'media-worker',
  'open',
  'outbox-tabs',
  'react',
  'tabs',
  'tabs-lifecycle',
  'storage-faults',
  'storage-states',
  'storage-values',
  'transport',
].map((name) => `${name}.spec.ts`);

/** By the names that `--layout` takes: whether a file of specs runs with it. */
export const layouts = {
  blocks: () => true,
  rows: (name) => !inBlocksOnly.includes(name),
};
