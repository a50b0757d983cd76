/**
 * `npm test`: sets up what is missing, builds, checks and runs every part below, each as a child process
 * whose last line says `N passed, N failed`; ends with one such line for all of them.
 *
 * `node tests/run.mjs PART [ARGUMENT…]` runs one part after set-up and build and hands it the arguments.
 * Runs with bare Node, before node_modules exists.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const killAfterMs = 10_000;

const nodeTests = ['node', 'tests/node-tests.mjs'];

/** What has to be done before any part; a step that fails ends the run. */
const steps = {
  setup: ['node', 'js-bindings/scripts/setup.mjs'],
  build: ['npm', 'run', 'build'],
  page: ['node', 'web-demo/scripts/build.mjs'],
};

/** The number that is given last for an option. */
const numberOf = (option, args) => Number(args[args.lastIndexOf(option) + 1]);

/**
 * The parts, in the order in which they run. `needs` names the steps before it; a limit may depend on the
 * arguments. Most of the time is the browsers', which are waited for more than they compute: that part has a
 * lane of its own, beside the others'.
 */
const parts = [
  {
    name: 'check',
    needs: ['setup', 'build'],
    command: ['node', 'js-bindings/scripts/check.mjs'],
    limit_s: 300,
  },
  { name: 'unit', needs: ['setup'], command: ['node', 'tests/ctest.mjs'], limit_s: 400 },
  { name: 'sim', needs: ['setup'], command: [...nodeTests, 'tests/sim'], limit_s: 400 },
  { name: 'fuzz', needs: ['setup'], command: ['node', 'tests/fuzz/run.mjs'], limit_s: 300 },
  { name: 'server', needs: ['setup'], command: [...nodeTests, 'tests/server'], limit_s: 300 },
  {
    name: 'harness',
    needs: ['setup'],
    command: [...nodeTests, 'tests/browser/harness', 'tests/kill'],
    limit_s: 120,
  },
  {
    name: 'browser',
    needs: ['setup', 'build'],
    command: ['node', 'tests/browser/harness/run.mjs'],
    limit_s: 1500,
    lane: 'browsers',
  },
  { name: 'package', needs: ['setup', 'build'], command: [...nodeTests, 'tests/package'], limit_s: 500 },
  {
    name: 'kill',
    needs: ['setup', 'build'],
    command: ['node', 'tests/kill/run.mjs', '--rounds', '6'],
    limit_s: (args) => 120 + 20 * numberOf('--rounds', args),
  },
  {
    name: 'leader',
    needs: ['setup', 'build'],
    command: ['node', 'tests/kill/run.mjs', '--leader', '--rounds', '5'],
    limit_s: (args) => 180 + 30 * numberOf('--rounds', args),
  },
  { name: 'quota', needs: ['setup', 'build'], command: [...nodeTests, 'tests/quota'], limit_s: 180 },
  { name: 'e2e', needs: ['setup', 'build', 'page'], command: [...nodeTests, 'tests/e2e'], limit_s: 500 },
];

const running = new Set();
let interrupted = false;

/** Ends whatever a child started along with it: first it may clean up, then it is killed. */
function endGroup(child) {
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  signal('SIGTERM');
  return setTimeout(() => signal('SIGKILL'), killAfterMs);
}

/**
 * Runs one command with its output shown as it comes, unless it is to be kept together. Resolves with all
 * it printed and with what went wrong, or null.
 */
function run([program, ...args], limit_s, { quiet = false } = {}) {
  const child = spawn(program, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  let problem = null;
  for (const [stream, shown] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    stream.on('data', (data) => {
      output += data;
      if (!quiet) shown.write(data);
    });
  }
  let killTimer;
  const limitTimer = setTimeout(() => {
    problem = `not done after ${limit_s} s`;
    killTimer = endGroup(child);
  }, limit_s * 1000);
  return new Promise((resolve) => {
    const finish = (reason) => {
      running.delete(child);
      clearTimeout(limitTimer);
      clearTimeout(killTimer);
      resolve({ output, problem: problem ?? reason });
    };
    child.once('error', (error) => finish(`can't be started: ${error.message}`));
    child.once('close', (code, signal) => finish(code === 0 ? null : `ended with ${signal ?? code}`));
  });
}

/** The counts in the last line of a part, if it is such a line. */
function readCounts(output) {
  const match = /^(\d+) passed, (\d+) failed(?:, \d+ skipped)?$/.exec(output.trimEnd().split('\n').at(-1));
  return match ? { passed: Number(match[1]), failed: Number(match[2]) } : { passed: 0, failed: 0 };
}

/** A part that crashed, said nothing or ran no test has failed, whatever it counted. */
function judge({ output, problem }) {
  const { passed, failed } = readCounts(output);
  const reason = problem ?? (passed === 0 ? 'ran no test' : null);
  if (!reason || failed > 0) return { passed, failed, remark: '' };
  return { passed, failed: 1, remark: `: ${reason}` };
}

function seconds(startedAt) {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

async function runSteps(names) {
  for (const name of names) {
    const startedAt = performance.now();
    const { problem } = await run(steps[name], 1200);
    if (problem) throw new Error(`${name} ${problem}`);
    console.log(`== ${name}: done (${seconds(startedAt)} s)`);
  }
}

/** `quiet`: others run beside it, so that what it printed is shown when it is done. */
async function runPart(part, args, quiet) {
  if (!quiet) console.log(`== ${part.name}`);
  const startedAt = performance.now();
  const command = [...part.command, ...args];
  const limit_s = typeof part.limit_s === 'function' ? part.limit_s(command) : part.limit_s;
  const ended = await run(command, limit_s, { quiet });
  if (quiet) console.log(`== ${part.name}\n${ended.output.trimEnd()}`);
  const { passed, failed, remark } = judge(ended);
  const line = `== ${part.name}: ${passed} passed, ${failed} failed (${seconds(startedAt)} s)${remark}`;
  console.log(line);
  return { passed, failed, line };
}

const laneOf = ({ lane = 'others' }) => lane;

/** One after the other. */
async function runLane(lane, args, quiet) {
  const results = [];
  for (const part of lane) {
    if (interrupted) throw new Error('ended from outside');
    results.push(await runPart(part, args, quiet));
  }
  return results;
}

function chooseParts(name) {
  if (!name) return parts;
  const chosen = parts.filter((part) => part.name === name);
  if (chosen.length > 0) return chosen;
  throw new Error(`There is no part ${name}; there are: ${parts.map((part) => part.name).join(', ')}`);
}

async function main([name, ...args]) {
  const chosen = chooseParts(name);
  await runSteps(Object.keys(steps).filter((step) => chosen.some((part) => part.needs.includes(step))));
  const lanes = [...new Set(chosen.map(laneOf))].map((lane) =>
    chosen.filter((part) => laneOf(part) === lane),
  );
  const results = (await Promise.all(lanes.map((lane) => runLane(lane, args, lanes.length > 1)))).flat();
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  if (chosen.length > 1) console.log(['', ...results.map((result) => result.line)].join('\n'));
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted = true;
    for (const child of running) endGroup(child);
  });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
