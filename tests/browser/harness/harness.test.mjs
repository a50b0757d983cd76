/** Shows that the harness can fail: each folder in fixtures/ holds specs that must not end well. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('run.mjs', import.meta.url));

/** Runs the specs of one fixture in Chromium; all engines share what is tested here. */
function runFixture(name, ...args) {
  const folder = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const command = [runner, '--engine', 'chromium', '--layout', 'blocks', '--specs', folder, ...args];
  const { status, stdout } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

test('a failing spec fails the run, with its difference and its place', () => {
  const { status, stdout, lastLine } = runFixture('failing');
  assert.equal(status, 1);
  assert.equal(lastLine, '2 passed, 2 failed');
  assert.match(stdout, /failed: fixture fails\n.*AssertionError/);
  assert.match(stdout, /\+ {2}"b": "what should be"/);
  assert.match(stdout, /fixtures\/failing\/failing\.spec\.ts:5/);
  assert.match(stdout, /failed: fixture rejects\n.*TypeError: rejected on purpose/);
  assert.match(stdout, /console: said on purpose/);
});

test('only the tests that are asked for run', () => {
  const { status, lastLine } = runFixture('failing', '--grep', 'passes$');
  assert.deepEqual([status, lastLine], [0, '1 passed, 0 failed']);
});

test('a spec that never returns fails the run and is named', () => {
  const { status, stdout, lastLine } = runFixture('hanging', '--watchdog-ms', '4000');
  assert.deepEqual([status, lastLine], [1, '1 passed, 1 failed']);
  assert.match(stdout, /posted nothing for 4 s \(1 of 2 tests done\); under way: fixture never returns/);
});

test('a spec that cannot be loaded fails the run', () => {
  const { status, stdout, lastLine } = runFixture('broken');
  assert.deepEqual([status, lastLine], [1, '0 passed, 1 failed']);
  assert.match(stdout, /can't be loaded: Error: broken on purpose/);
});

test('a run without tests fails', () => {
  const { status, stdout, lastLine } = runFixture('empty');
  assert.deepEqual([status, lastLine], [1, '0 passed, 1 failed']);
  assert.match(stdout, /no test ran/);
});
