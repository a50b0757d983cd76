/**
 * `npm run demo`: sets up and builds what is missing or stale, then starts the reference server with the
 * page. The last line it prints is the page's address.
 *
 * `--data FILE` and `--generate CHATS,MESSAGES` go to the server; with neither, a fresh database gets a small
 * made-up set. PORT, DATA_DIR (default: a fresh folder under `.demo/`) and the server's other settings come
 * from the environment. Runs with bare Node, before node_modules exists.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const madeUp = ['--generate', '30,400'];

/** What is built, from what, and how. The page is built from the package, so it comes after it. */
const builds = [
  {
    name: 'the package',
    sources: ['CMakeLists.txt', 'package.json', 'wasm', 'js-bindings'],
    results: ['dist/index.js', 'dist/worker.js', 'dist/chatlarder.wasm', 'dist/types/index.d.ts'],
    script: 'js-bindings/scripts/build.mjs',
  },
  {
    name: 'the page',
    sources: [
      'dist',
      'package-lock.json',
      ...['index.html', 'public', 'scripts', 'server/samples/png.mjs', 'src', 'vite.config.ts'].map(
        (path) => `web-demo/${path}`,
      ),
    ],
    results: ['web-demo/dist/index.html', 'web-demo/dist/sw.js'],
    script: 'web-demo/scripts/build.mjs',
  },
];

function main() {
  runScript('js-bindings/scripts/setup.mjs');
  for (const { name, sources, results, script } of builds) {
    if (!isStale(sources, results)) continue;
    console.log(`Building ${name}`);
    runScript(script);
  }
  const dataDir = process.env.DATA_DIR || freshFolder();
  serve([...process.argv.slice(2), ...defaultContent(dataDir)], { ...process.env, DATA_DIR: dataDir });
}

/**
 * Runs one of the project's scripts to its end, its output shown; ends with its status if it fails.
 *
 * @param {string} path
 */
function runScript(path) {
  const { status, signal } = spawnSync(process.execPath, [path], { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${path} ended with ${status ?? signal}.`);
  process.exit(status ?? 1);
}

/**
 * Whether a result is missing or older than the newest source.
 *
 * @param {string[]} sources
 * @param {string[]} results
 */
function isStale(sources, results) {
  const paths = results.map((path) => join(root, path));
  if (!paths.every(existsSync)) return true;
  const oldestResult = Math.min(...paths.map((path) => statSync(path).mtimeMs));
  return Math.max(...sources.map((path) => newestIn(join(root, path)))) > oldestResult;
}

/**
 * When a file, or the newest file in a folder, was last written.
 *
 * @param {string} path
 * @returns {number}
 */
function newestIn(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

function freshFolder() {
  const parent = join(root, '.demo');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'data-'));
}

/**
 * Nobody said what to show: a fresh database gets something, one that is there already is left as it is.
 *
 * @param {string} dataDir
 */
function defaultContent(dataDir) {
  const isSaid = process.argv.length > 2;
  const isFresh = !process.env.DATABASE_URL && (!existsSync(dataDir) || readdirSync(dataDir).length === 0);
  return !isSaid && isFresh ? madeUp : [];
}

/**
 * Starts the server and stays with it: its end is ours, with the same status.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function serve(args, env) {
  const server = spawn(process.execPath, [join(root, 'web-demo/server/main.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill('SIGTERM'));
  server.on('exit', (status) => process.exit(status ?? 1));
  createInterface({ input: server.stdout }).on('line', (line) => {
    const url = /^Listening on (\S+)$/.exec(line)?.[1];
    if (url) announce(url);
    else console.log(line);
  });
}

/** @param {string} url */
function announce(url) {
  console.log('The demo has two users; open each in a window of its own:');
  console.log(`  the agent     ${url}?user=agent`);
  console.log(`  the customer  ${url}?user=customer`);
  console.log('Stop with Ctrl+C.');
  console.log(`${url}?user=customer`);
}

main();
