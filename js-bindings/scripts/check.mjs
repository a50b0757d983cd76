/**
 * `npm run check`: format, lint, types, stale generated files, style, packaging, size budgets and
 * licences. Prints one line per check, what is wrong below it, and last `N passed, N failed`. Needs a
 * built `dist/`.
 *
 * `--fix-c` does nothing but format the C files.
 */
import { availableParallelism } from 'node:os';
import { trackedFiles } from './checks/files.mjs';
import { errorCodes, links } from './checks/guides.mjs';
import { registryHosts } from './checks/hosts.mjs';
import {
  bundledSources,
  compiledInLicences,
  dependencyLicences,
  shippedNotices,
} from './checks/licences.mjs';
import {
  inspectorSize,
  loadedSize,
  mediaSize,
  reactSize,
  startSize,
  wasmHash,
  wasmImports,
} from './checks/package.mjs';
import { howItIsPacked, howItIsTyped } from './checks/published.mjs';
import { coreFileLength, functionLength, lineLength } from './checks/style.mjs';
import { output, program } from './checks/programs.mjs';

const cFiles = trackedFiles(/^(wasm|tests)\/.*\.[ch]$/);
const tsconfigs = trackedFiles(/^[^/]+\/tsconfig\.json$/);

/**
 * Each check resolves with what is wrong, one string a problem, or with `{ problems, remark }` when there is
 * something to say besides.
 */
const checks = {
  'format (prettier)': () => program('npx', 'prettier', '--check', '--log-level', 'warn', '.'),
  'format (clang-format)': () => clangFormat('--dry-run', '-Werror'),
  'lint (eslint)': () => program('npx', 'eslint', '--max-warnings', '0', '.'),
  ...Object.fromEntries(tsconfigs.map((path) => [`types (${path})`, () => types(path)])),
  'generated files are up to date': () => program('node', 'js-bindings/scripts/generate.mjs', '--check'),
  'reference of the API': () => program('node', 'js-bindings/scripts/docs.mjs', '--check'),
  'error codes in the guide': errorCodes,
  'links in the documents': links,
  'line length': lineLength,
  'length of C functions': functionLength,
  'length of core files': coreFileLength,
  'imports of the WebAssembly': wasmImports,
  'hash of the WebAssembly': wasmHash,
  'how the package is packed (publint)': howItIsPacked,
  'how the package is typed (attw)': howItIsTyped,
  'size of what a page loads': loadedSize,
  'size before the first paint': startSize,
  'size of what media load': mediaSize,
  'size of the hooks for React': reactSize,
  'size of the inspector': inspectorSize,
  'licences of dependencies': dependencyLicences,
  'licences of what is compiled in': compiledInLicences,
  'notices that must be shipped': shippedNotices,
  'only own sources in the scripts': bundledSources,
  'no registry is named': registryHosts,
};

function clangFormat(...options) {
  return program('clang-format', ...options, ...cFiles);
}

function types(path) {
  return program('npx', 'tsc', '--noEmit', '--pretty', 'false', '-p', path);
}

async function runCheck(check) {
  try {
    const result = await check();
    return Array.isArray(result) ? { problems: result } : result;
  } catch (error) {
    return { problems: [error.message] };
  }
}

/** Runs the checks, as many at a time as there are cores. */
async function runAll(entries) {
  const waiting = [...entries];
  const results = new Map();
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, check] = next;
      results.set(name, await runCheck(check));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return entries.map(([name]) => ({ name, ...results.get(name) }));
}

async function main() {
  const fixes = process.argv.includes('--fix-c');
  const chosen = fixes ? { 'C files are formatted': () => clangFormat('-i') } : checks;
  const results = await runAll(Object.entries(chosen));
  for (const result of results) console.log(output(result));
  const failed = results.filter((result) => result.problems.length > 0).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
