/** Checks that are programs of others, and how a result is printed. */
import { spawn } from 'node:child_process';
import { root } from './files.mjs';

const shownProblems_max = 40;

/** Runs a program; what it prints is the problem if it fails. */
export function program(name, ...args) {
  const child = spawn(name, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += data));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve([`${name}: ${error.message}; run \`npm run setup\``]));
    child.once('close', (code, signal) => {
      resolve(code === 0 ? [] : [...lines(printed), `${name} ended with ${signal ?? code}`]);
    });
  });
}

function lines(text) {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('npm warn'));
}

/** One line for a check, and below it what is wrong. */
export function output({ name, problems, remark }) {
  const head = `${problems.length === 0 ? 'ok' : 'failed'}: ${name}${remark ? `: ${remark}` : ''}`;
  const shown = problems.slice(0, shownProblems_max);
  const more = problems.length - shown.length;
  return [
    head,
    ...shown.map((problem) => `    ${problem}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ].join('\n');
}
