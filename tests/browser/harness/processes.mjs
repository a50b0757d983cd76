/** Finding programs, running them as process groups of their own, and ending all of a group. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const killAfterMs = 3000;

/** The full path of the first of `names` that is on the PATH. Throws if none is. */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  throw new Error(`${names.join(' or ')} is not installed: run \`npm run setup\``);
}

/** A fresh folder for one browser's profile, and how to remove it again. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'chatlarder-browser-'));
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  return { path, remove };
}

/** Waits for the second half of a start; if it fails, ends what the first half has started. */
export async function orEnd(promise, end) {
  try {
    return await promise;
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * Starts a program as the head of a process group.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [cwd] the folder it runs in, if not this one
 * @returns {{gone: Promise<string>, output: () => string, end: () => Promise<void>}} `gone` resolves with how
 *   it ended, `output` is what it has printed so far, and `end` ends the whole group and waits for its head.
 */
export function startGroup(program, args, env, cwd) {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env, cwd });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += data));
  const gone = new Promise((resolve) => {
    child.once('error', (error) => resolve(`${program} could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`${program} ended (${signal ?? code})`));
  });
  return { gone, output: () => printed, end: () => endGroup(child, gone) };
}

async function endGroup(child, gone) {
  if (!child.pid) return;
  signalGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), killAfterMs);
  await gone;
  clearTimeout(timer);
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
