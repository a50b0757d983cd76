/**
 * The simulator, short: no violation, natively and under the sanitizers; every planted bug is found; the same
 * seed lives the same life; and no build but the simulator's knows of bugs on purpose.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { buildSim, root, run } from './build.mjs';

const seeds_max = 1000;
/** What shows in one life of a thousand is looked for from a seed on that is near to one. */
const seed_first = new Map([['older_edit_wins', 1901]]);
/** The last lines are about all lives. */
const TOTALS_LINES = 2;

/** @type {string} */
let sim;
before(async () => {
  sim = await buildSim('native');
});

/** @param {string} options */
async function simulate(options, program = sim) {
  const { code, output } = await run(program, options.split(' '));
  return { code, output, last: output.trimEnd().split('\n').at(-1) };
}

/** The bugs that `--plant list` names. */
async function plants() {
  const { output } = await simulate('--plant list');
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]);
}

test('300 seeds, 500 steps: no violation, and a lot befalls tabs', async () => {
  const { code, output, last } = await simulate('--seeds 300 --steps 500');
  assert.equal(code, 0, output);
  assert.match(last, /^300 seeds, \d+ steps, 0 violations$/);
  const [tabs = '', ...others] = output.split('\n').filter((line) => /^\d+ tabs, /.test(line));
  assert.deepEqual(others, []);
  const counted = [...tabs.matchAll(/\d+/g)].map(Number);
  assert.equal(counted.length, 7, tabs);
  for (const count of counted) assert.ok(count > 0, tabs);
});

test('40 seeds, 500 steps under AddressSanitizer and UndefinedBehaviorSanitizer', async () => {
  const { code, output } = await simulate('--seeds 40 --steps 500 --seed 1000', await buildSim('sanitize'));
  assert.equal(code, 0, output);
});

test('the same seed lives the same life, another one another', async () => {
  const options = '--seeds 20 --steps 300 --seed 7 --traces';
  const [first, second] = [await simulate(options), await simulate(options)];
  assert.equal(first.output, second.output);
  const traces = first.output.match(/(?<=: )[0-9a-f]{16}$/gm) ?? [];
  assert.equal(new Set(traces).size, 20);
});

test('each planted bug is found within 1,000 seeds, and its seed replays', async (context) => {
  for (const plant of await plants()) {
    await context.test(plant, async () => {
      const { code, output, last } = await simulate(
        `--seeds ${seeds_max} --seed ${seed_first.get(plant) ?? 1} --steps 1000 --first --plant ${plant}`,
      );
      assert.match(last, /, 1 violations$/);
      assert.equal(code, 1);
      const [, seed] = /^violation: seed (\d+),/m.exec(output) ?? [];
      const again = await simulate(`--seeds 1 --steps 1000 --seed ${seed} --plant ${plant}`);
      const report = (/** @type {string} */ text) =>
        text.slice(text.indexOf('violation:')).trimEnd().split('\n').slice(0, -TOTALS_LINES);
      assert.deepEqual(report(again.output), report(output));
      const without = await simulate(`--seeds 1 --steps 1000 --seed ${seed}`);
      assert.equal(without.code, 0, `it is the planted bug that was found\n${without.output}`);
    });
  }
});

test('the bugs that can be planted are those in the core, and one in its host', async () => {
  const files = ['wasm/src', 'tests/sim'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
  );
  const sources = files.filter((name) => name.endsWith('.c'));
  const text = sources.map((name) => readFileSync(name, 'utf8')).join('\n');
  const planted = new Set([...text.matchAll(/\bPLANTED\((\w+)\)/g)].map(([, name]) => name));
  assert.deepEqual([...planted].sort(), (await plants()).sort());
});

test('the WebAssembly that is shipped has none of them', async () => {
  const shipped = readFileSync(join(root, 'dist/chatlarder.wasm'), 'latin1');
  const simulator = readFileSync(sim, 'latin1');
  for (const plant of await plants()) {
    assert.ok(simulator.includes(plant), `${plant} is in the simulator, so that this test can see it`);
    assert.ok(!shipped.includes(plant), `${plant} is in the module`);
  }
});

test('what is not understood is refused', async () => {
  assert.equal((await simulate('--plant nonsense --seeds 1 --steps 1')).code, 2);
  assert.equal((await simulate('--seeds none')).code, 2);
  assert.equal((await simulate('--bogus 1')).code, 2);
});
