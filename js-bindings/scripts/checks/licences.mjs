/** Whose work is in the package, and whether its licence allows that. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { licences } from '../notices.mjs';
import { readText, root } from './files.mjs';

const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0']);

export function dependencyLicences() {
  const { packages } = JSON.parse(readText('package-lock.json'));
  const shipped = Object.entries(packages).filter(([path, entry]) => path && !entry.dev && !entry.peer);
  const refused = shipped.filter(([, entry]) => !allowed.has(entry.license));
  return {
    problems: refused.map(([path, entry]) => `${path} has the licence ${entry.license}`),
    remark: `${shipped.length} production dependencies`,
  };
}

export function compiledInLicences() {
  return licences().flatMap(({ name, missing }) =>
    missing.map((word) => `the licence of ${name} has no "${word}"`),
  );
}

/** Each licence is in the text that goes with the package, in full. */
export function shippedNotices() {
  const shipped = readText('dist/NOTICES.txt');
  const absent = licences().filter(({ text }) => !shipped.includes(text));
  return absent.map(({ name }) => `dist/NOTICES.txt lacks the licence of ${name}: run \`npm run build\``);
}

/** The scripts hold nobody else's work, which would need a notice: a source map names all that went in. */
export function bundledSources() {
  const maps = readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.js.map'));
  return maps.flatMap((map) => {
    const { sources } = JSON.parse(readText(join('dist', map)));
    const foreign = sources.filter((source) => !source.startsWith('../js-bindings/src/'));
    return foreign.map((source) => `dist/${map} names ${source}, which is not the project's own`);
  });
}
