/** Building the simulator and running it. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {(line: string) => void} [onLine] called with each line of its standard output
 * @returns {Promise<{ code: number | string, output: string }>} `code` is its exit code or signal
 */
export function run(program, args, onLine = () => {}) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let line = '';
  const take = (/** @type {Buffer} */ data) => {
    output += data;
    const lines = (line + data).split('\n');
    line = lines.pop() ?? '';
    for (const each of lines) onLine(each);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', (data) => (output += data));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', output }));
  });
}

/**
 * Builds the simulator under a preset of CMakePresets.json.
 *
 * @param {'native' | 'sanitize'} preset
 * @returns {Promise<string>} its path
 */
export async function buildSim(preset) {
  const steps = [
    ['--preset', preset],
    ['--build', '--preset', preset, '--target', 'sim', '--parallel', String(availableParallelism())],
  ];
  for (const args of steps) {
    const { code, output } = await run('cmake', args);
    if (code !== 0) throw new Error(`cmake ${args.join(' ')} failed:\n${output}`);
  }
  return join(root, 'build', preset, 'tests/sim/sim');
}
