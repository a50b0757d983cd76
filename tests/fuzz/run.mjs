/**
 * `npm run test:fuzz`: builds the fuzz targets (preset `fuzz`) and runs each over the kept corpus and a
 * number of new inputs. `--runs N` inputs per target (default 12,000), `--keep` writes what reaches new code
 * into the corpus. Last line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const targets = ['events', 'pages', 'rows', 'blocks', 'outbox', 'media', 'json', 'tab'];

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '12000' }, keep: { type: 'boolean', default: false } },
});

function run(program, args, stdio = 'inherit') {
  return spawnSync(program, args, { cwd: root, stdio, encoding: 'utf8' });
}

function build() {
  for (const args of [
    ['--preset', 'fuzz'],
    ['--build', '--preset', 'fuzz'],
  ]) {
    const { status, stdout, stderr } = run('cmake', args, 'pipe');
    if (status !== 0) throw new Error(`cmake ${args.join(' ')}\n${stdout}\n${stderr}`);
  }
}

/** Runs one target; true when it found nothing. */
function fuzz(target, found) {
  const corpus = join(root, 'tests/fuzz/corpus', target);
  const fresh = join(found, target);
  mkdirSync(fresh, { recursive: true });
  const args = [
    `-runs=${values.runs}`,
    '-max_len=4096',
    '-timeout=10',
    '-print_final_stats=1',
    `-dict=${join(root, 'tests/fuzz/message.dict')}`,
    `-artifact_prefix=${root}/build/fuzz/${target}-`,
    ...(values.keep ? [corpus] : [fresh, corpus]),
  ];
  const { status, stderr } = run(join(root, 'build/fuzz/tests', `fuzz_${target}`), args, 'pipe');
  const executed = /stat::number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? '?';
  console.log(`${target}: ${executed} inputs, ${status === 0 ? 'no finding' : 'a finding'}`);
  if (status !== 0) console.log(stderr.slice(-4000));
  return status === 0;
}

build();
const found = mkdtempSync(join(tmpdir(), 'chatlarder-fuzz-'));
const results = targets.map((target) => fuzz(target, found));
rmSync(found, { recursive: true });
const failed = results.filter((ok) => !ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
