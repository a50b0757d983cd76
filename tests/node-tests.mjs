/**
 * Runs every *.test.mjs below the named folders (or the named files) with Node's test runner; prints what
 * failed, and last `N passed, N failed`. `--grep EXPRESSION` runs only the tests whose names match.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from 'node:test';
import { inspect, parseArgs } from 'node:util';

async function testFiles(path) {
  if ((await stat(path)).isFile()) return [path];
  const names = await readdir(path, { recursive: true });
  return names.filter((name) => name.endsWith('.test.mjs')).map((name) => join(path, name));
}

/** What went wrong in a test, without the runner's own wrapping. */
function describe(error) {
  const cause = error.cause ?? error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}

/** A suite, or a file that holds tests, fails because of a test inside it, which was printed and counted. */
function isContainer({ details }) {
  return details.type === 'suite' || details.error?.failureType === 'subtestsFailed';
}

class Counts {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** @param {Set<string>} files passes of their own are files without a test */
  constructor(files) {
    this.files = files;
  }

  pass(event) {
    if (isContainer(event)) return;
    if (this.files.has(event.name)) {
      this.failed++;
      console.log(`failed: ${event.name} holds no test`);
      return;
    }
    const left = event.skip !== undefined || event.todo !== undefined;
    if (left) this.skipped++;
    else this.passed++;
  }

  fail(event) {
    if (isContainer(event)) return;
    this.failed++;
    const place = event.file ? ` (${event.file}:${event.line})` : '';
    console.log(`failed: ${event.name}${place}\n${describe(event.details.error)}`);
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string' } },
    allowPositionals: true,
  });
  const files = (await Promise.all(positionals.map(testFiles))).flat().sort();
  const counts = new Counts(new Set(files));
  const events = files.length === 0 ? [] : run({ files, concurrency: 1, testNamePatterns: values.grep });
  for await (const { type, data } of events) {
    if (type === 'test:pass') counts.pass(data);
    if (type === 'test:fail') counts.fail(data);
    if (type === 'test:stdout' || type === 'test:stderr') process.stdout.write(data.message);
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

await main();
