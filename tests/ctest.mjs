/**
 * Configures, builds and runs the C tests under every test preset of CMakePresets.json (one of them has the
 * sanitizers); prints what failed, and last `N passed, N failed`. Arguments are passed on to ctest.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jobs = String(availableParallelism());

/** The test presets, each with the presets that configure and build it. */
async function presets() {
  const text = await readFile(`${root}/CMakePresets.json`, 'utf8');
  const { testPresets = [], buildPresets = [] } = JSON.parse(text);
  const visible = testPresets.filter((preset) => !preset.hidden);
  return visible.map(({ name, configurePreset }) => {
    const build = buildPresets.find((preset) => preset.configurePreset === configurePreset);
    return { name, configurePreset, buildPreset: build?.name };
  });
}

/** @returns {Promise<{ok: boolean, output: string}>} */
function run(program, ...args) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, output: `${program}: ${error.message}` }));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}

function sum(text, expression) {
  return [...text.matchAll(expression)].reduce((total, [, count]) => total + Number(count), 0);
}

/**
 * Counts one program's tests from what cmocka printed; a program that printed no such lines is one test, and
 * one that failed in another way than by a test (a sanitizer's finding, a crash) has one failed test more.
 */
function countProgram({ name, ok, output }) {
  const passed = sum(output, /\[ {2}PASSED {2}\] (\d+) test/g);
  const failed = sum(output, /\[ {2}FAILED {2}\] (\d+) test/g);
  if (ok) return { passed: passed || 1, failed };
  console.log(`failed: ${name}\n${output}`);
  return { passed, failed: failed || 1 };
}

/** Takes ctest's verbose output apart: each program's lines start with its number and a colon. */
function programs(text) {
  const results = text.matchAll(/^ *\d+\/\d+ Test +#(\d+): (\S+) \.*(.*)$/gm);
  return [...results].map(([, number, name, outcome]) => {
    const mark = `${number}: `;
    const lines = text.split('\n').filter((line) => line.startsWith(mark));
    const output = lines.map((line) => line.slice(mark.length)).join('\n');
    return { name, ok: /^ *Passed/.test(outcome), output: `${output}\n${outcome.trim()}` };
  });
}

async function testPreset({ name, configurePreset, buildPreset }, args) {
  const steps = [
    ['cmake', '--preset', configurePreset],
    ['cmake', '--build', '--preset', buildPreset, '--parallel', jobs],
  ];
  for (const [program, ...rest] of steps) {
    const { ok, output } = await run(program, ...rest);
    if (ok) continue;
    console.log(`failed: ${program} ${rest.join(' ')}\n${output}`);
    return { passed: 0, failed: 1 };
  }
  const { ok, output } = await run('ctest', '--preset', name, '--verbose', '--parallel', jobs, ...args);
  const counts = programs(output).map(countProgram);
  const passed = counts.reduce((total, count) => total + count.passed, 0);
  const failed = counts.reduce((total, count) => total + count.failed, 0);
  if (ok ? counts.length > 0 : failed > 0) return { passed, failed };
  console.log(`failed: ctest --preset ${name}\n${output}`);
  return { passed, failed: failed + 1 };
}

async function main() {
  const total = { passed: 0, failed: 0 };
  for (const preset of await presets()) {
    const { passed, failed } = await testPreset(preset, process.argv.slice(2));
    console.log(`${preset.name}: ${passed} passed, ${failed} failed`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

await main();
