/** An app in an empty folder, made by commands as one would type them, without a network. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pack } from '../../js-bindings/scripts/pack.mjs';
import { startGroup } from '../browser/harness/processes.mjs';

const vite = fileURLToPath(new URL('../../node_modules/vite', import.meta.url));
const settings = { npm_config_offline: 'true', npm_config_update_notifier: 'false', NO_COLOR: '1' };
const address = /Local:\s+(http\S+)/;
const readyWithinMs = 20_000;

/** @returns {Promise<FreshApp>} with nothing in its folder */
export async function makeApp() {
  const folder = await mkdtemp(join(tmpdir(), 'chatlarder-start-'));
  const app = join(folder, 'app');
  await mkdir(app);
  return new FreshApp(folder, app, { chatlarder: pack(folder).tarball, vite });
}

class FreshApp {
  /** @param {Record<string, string>} places where packages lie that are installed by their names */
  constructor(folder, app, places) {
    this.folder = folder;
    this.app = app;
    this.places = places;
  }

  write(name, contents) {
    return writeFile(join(this.app, name), contents);
  }

  start(command) {
    const [program, ...args] = command.split(' ');
    const isInstall = program === 'npm' && args[0] === 'install';
    const given = isInstall ? args.map((arg) => this.places[arg] ?? arg) : args;
    return startGroup(program, given, { ...process.env, ...settings }, this.app);
  }

  /** Runs a command to its end. Rejects if it fails. */
  async run(command) {
    const { gone, output } = this.start(command);
    const outcome = await gone;
    if (!/\(0\)$/.test(outcome)) throw new Error(`${command}: ${outcome}\n${output()}`);
  }

  /** Starts a server; resolves when it says its address. */
  async serve(command) {
    const { gone, output, end } = this.start(command);
    const silent = pause(readyWithinMs, `no address within ${readyWithinMs} ms`, { ref: false });
    let problem = null;
    void Promise.race([gone, silent]).then((reason) => (problem = reason));
    while (!address.test(output()) && !problem) await pause(50);
    const [, url] = address.exec(output()) ?? [];
    if (url) return { url, end };
    await end();
    throw new Error(`${command}: ${problem}\n${output()}`);
  }

  remove() {
    return rm(this.folder, { recursive: true, force: true });
  }
}
