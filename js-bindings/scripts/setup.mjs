/**
 * `npm run setup`: installs what building and testing need and what is missing: system packages (by apt-get,
 * where it is there and may be used), cJSON's source, and the npm packages of the lock file.
 *
 * Runs with bare Node, before node_modules exists, and does nothing when nothing is missing.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { cpSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cjsonFolder = join(root, '.deps', 'cjson');
const cjsonFiles = ['cJSON.c', 'cJSON.h', 'LICENSE'];
const aptSettings = ['DPkg::Lock::Timeout=300', 'Acquire::Retries=3', 'Dpkg::Use-Pty=0'];
const aptOptions = ['-y', '-qq', ...aptSettings.flatMap((setting) => ['-o', setting])];

/**
 * What has to be there: a program on the PATH, or a file (an asterisk stands for any part of one folder's
 * name), and the Debian package that brings it. Without those marked `build` nothing works; the others are
 * for the tests.
 */
const needed = [
  { package: 'emscripten', program: 'emcc', build: true },
  { package: 'chromium', program: 'chromium' },
  { package: 'firefox-esr', program: 'firefox-esr' },
  { package: 'webkit2gtk-driver', program: 'WebKitWebDriver' },
  { package: 'webkit2gtk-driver', file: '/usr/lib*/*/webkit2gtk-4*/MiniBrowser' },
  { package: 'xvfb', program: 'xvfb-run' },
  { package: 'xauth', program: 'xauth' },
  { package: 'libcmocka-dev', file: '/usr/include/cmocka.h' },
  { package: 'uthash-dev', file: '/usr/include/uthash.h', build: true },
  { package: 'postgresql', file: '/usr/lib/postgresql/*/bin/initdb' },
  { package: 'dpkg-dev', program: 'dpkg-source' },
  { package: 'cmake', program: 'cmake', build: true },
  { package: 'gcc', program: 'gcc' },
  { package: 'libc6-dev', file: '/usr/include/stdlib.h' },
  { package: 'make', program: 'make', build: true },
  { package: 'clang', program: 'clang' },
  { package: 'libclang-rt-14-dev', file: '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a' },
  { package: 'clang-format', program: 'clang-format' },
];

/** Runs a program with its output shown; throws an error that names the command when it fails. */
function run(program, args, options = {}) {
  const result = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.error) throw result.error;
  if (result.status === 0) return;
  throw new Error(`${program} ${args.join(' ')} ended with ${result.status ?? result.signal}`);
}

function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The existing files that an absolute path with asterisks stands for. */
function matches(pattern) {
  let found = ['/'];
  for (const part of pattern.split('/').filter(Boolean)) {
    const expression = new RegExp(`^${part.replace(/[.+]/g, '\\$&').replaceAll('*', '.*')}$`);
    const names = (folder) =>
      part.includes('*') ? entries(folder).filter((n) => expression.test(n)) : [part];
    found = found.flatMap((folder) => names(folder).map((name) => join(folder, name))).filter(existsSync);
  }
  return found;
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function findMissing() {
  return needed.filter((n) => (n.program ? !onPath(n.program) : matches(n.file).length === 0));
}

/** What to put before an apt-get command that changes the system, or null if this user may not run one. */
function privilege() {
  if (!onPath('apt-get')) return null;
  if (process.getuid?.() === 0) return [];
  return onPath('sudo') && succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : null;
}

/** Installs the packages; where that is not possible names them, and fails if the build needs one of them. */
function installMissing(missing) {
  const packages = [...new Set(missing.map((n) => n.package))];
  const prefix = privilege();
  if (!prefix) {
    console.error(`These packages (Debian's names) are missing and must be installed: ${packages.join(' ')}`);
    if (missing.some((n) => n.build)) process.exitCode = 1;
    return;
  }
  console.log(`Installing ${packages.join(' ')}`);
  const [program, ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...aptOptions];
  run(program, [...args, 'update']);
  run(program, [...args, 'install', '--no-install-recommends', ...packages]);
}

/** This machine's package sources, as lists of source packages in the two formats that apt reads. */
function sourceLists() {
  const folder = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...entries(folder).map((name) => join(folder, name))];
  const texts = (ending) =>
    files.filter((f) => f.endsWith(ending) && existsSync(f)).map((f) => readFileSync(f, 'utf8'));
  return { list: oneLineSources(texts('.list')), sources: deb822Sources(texts('.sources')) };
}

function oneLineSources(texts) {
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => /^\s*deb\s/.test(line));
  return lines.map((line) => line.replace(/deb/, 'deb-src')).join('\n');
}

function deb822Sources(texts) {
  const stanzas = texts.flatMap((text) => text.split(/\n\s*\n/)).filter((stanza) => /^URIs:/im.test(stanza));
  const enabled = stanzas.filter((stanza) => !/^Enabled:\s*(no|false|0)\b/im.test(stanza));
  return enabled.map((stanza) => stanza.trim().replace(/^Types:.*$/im, 'Types: deb-src')).join('\n\n');
}

/** apt options that keep everything apt reads and writes about source packages inside one folder. */
function privateAptOptions(folder) {
  const lists = sourceLists();
  if (!lists.list && !lists.sources) {
    throw new Error('This machine has no package sources to take cJSON from.');
  }
  for (const name of ['parts', 'lists/partial', 'cache/archives/partial', 'source']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, 'parts', 'source.list'), `${lists.list}\n`);
  writeFileSync(join(folder, 'parts', 'source.sources'), `${lists.sources}\n`);
  const settings = [
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${join(folder, 'parts')}`,
    `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'Acquire::Languages=none',
    'APT::Get::List-Cleanup=0',
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}

/** Puts the distribution's patched cJSON source into .deps/cjson, in one step: half of it must not count. */
function fetchCjson() {
  console.log('Getting the source of cJSON');
  const folder = mkdtempSync(join(tmpdir(), 'chatlarder-apt-'));
  try {
    chmodSync(folder, 0o755);
    const options = [...aptOptions, ...privateAptOptions(folder)];
    // A source of this machine that has no source packages makes the update fail, and does not matter.
    spawnSync('apt-get', [...options, 'update'], { stdio: 'ignore' });
    run('apt-get', [...options, 'source', 'cjson'], { cwd: join(folder, 'source') });
    const [unpacked] = matches(join(folder, 'source', 'cjson-*', 'cJSON.c')).map(dirname);
    if (!unpacked) throw new Error('apt-get source cjson left no cJSON.c');
    const ready = `${cjsonFolder}.new`;
    rmSync(ready, { recursive: true, force: true });
    for (const file of cjsonFiles) cpSync(join(unpacked, file), join(ready, file));
    rmSync(cjsonFolder, { recursive: true, force: true });
    renameSync(ready, cjsonFolder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without it CMake gets the pinned upstream release. */
function tryToFetchCjson() {
  try {
    fetchCjson();
  } catch (error) {
    console.warn(`The source of cJSON is not to be had from the package manager: ${error.message}`);
  }
}

/** True if node_modules is not what the lock file says; npm writes a lock file of its own into it last. */
function npmPackagesAreStale() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(join(root, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

function main() {
  const missing = findMissing();
  if (missing.length > 0) installMissing(missing);
  const hasCjson = cjsonFiles.every((file) => existsSync(join(cjsonFolder, file)));
  if (!hasCjson && onPath('apt-get')) tryToFetchCjson();
  if (npmPackagesAreStale()) run('npm', ['ci'], { cwd: root });
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
