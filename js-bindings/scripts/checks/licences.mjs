/** Whose work is in the package, and whether its licence allows that. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readText, root } from './files.mjs';

const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0']);

/** What the core is compiled with: where it may lie, and words of the licence that it must bear. */
const compiledIn = [
  {
    name: 'cJSON',
    files: ['.deps/cjson/LICENSE', ...inBuilds('_deps/cjson_source-src/LICENSE')],
    words: 'Permission is hereby granted, free of charge',
    notice: 'Dave Gamble',
  },
  {
    name: 'uthash',
    files: inBuilds('uthash/uthash.h'),
    words: 'Redistribution and use in source and binary forms',
    notice: null,
  },
];

/** A path in the folders that CMake builds in, one a preset. */
function inBuilds(path) {
  const builds = join(root, 'build');
  return existsSync(builds) ? readdirSync(builds).map((preset) => join('build', preset, path)) : [];
}

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
  return compiledIn.flatMap(({ name, files, words }) => {
    const path = files.map((file) => join(root, file)).find(existsSync);
    if (!path) {
      return [`the licence of ${name} is not to be found: run \`npm run setup\` and \`npm run build\``];
    }
    return readFileSync(path, 'utf8').includes(words) ? [] : [`${path} does not bear the licence of ${name}`];
  });
}

/** A licence that wants its notice in every copy has it in LICENSE or in a text file of dist/. */
export function shippedNotices() {
  const texts = readdirSync(join(root, 'dist')).filter((name) => /\.(txt|md)$|LICENSE|NOTICE/.test(name));
  const shipped = [readText('LICENSE'), ...texts.map((name) => readText(join('dist', name)))].join('\n');
  const missing = compiledIn.filter(({ notice }) => notice && !shipped.includes(notice));
  return missing.map(({ name }) => `the copyright notice of ${name} is neither in LICENSE nor in dist/`);
}
