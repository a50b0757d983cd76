/** One run of the specs in one engine: collects the page's reports and decides how the run ended. */
import { temporaryFolder } from './processes.mjs';
import { sourcePositions } from './source-positions.mjs';
import { startServer } from './server.mjs';

const startLimitMs = 60_000;

/** Counts what the page reports, prints failures as they come, and remembers what was under way. */
class Results {
  passed = 0;
  failed = 0;
  skipped = 0;
  total = 0;
  current = 'nothing: the page has not started';
  userAgent = 'unknown';
  #print;
  #positions;
  #resolveEnd;

  /** Resolves with null when all specs ran, or with the reason why they can't. */
  ended = new Promise((resolve) => (this.#resolveEnd = resolve));

  /**
   * @param {(text: string) => void} print
   * @param {(stack: string) => string} positions names the sources in a stack
   */
  constructor(print, positions) {
    this.#print = print;
    this.#positions = positions;
  }

  /** @param {import('./protocol.js').Report} report */
  take(report) {
    const handlers = {
      plan: () => this.#plan(report),
      started: () => (this.current = report.title),
      passed: () => this.passed++,
      skipped: () => this.skipped++,
      failed: () => this.#fail(report),
      console: () => this.#print(`  console: ${report.text}`),
      broken: () => this.#resolveEnd(`the specs can't be loaded: ${this.#describe(report)}`),
      ended: () => this.#resolveEnd(null),
    };
    handlers[report.kind]();
  }

  #plan(report) {
    this.total = report.total;
    this.userAgent = report.userAgent;
  }

  #fail(report) {
    this.failed++;
    this.#print(`failed: ${report.title}\n  ${this.#describe(report)}`);
  }

  #describe({ message, stack }) {
    return `${message}\n${this.#positions(stack)}`;
  }
}

/** Resolves with a reason once `touch` was not called for `limitMs`; a browser may take longer to start. */
function watchdog(limitMs, results) {
  let timer;
  let bite;
  const bitten = new Promise((resolve) => (bite = resolve));
  const describe = (waitedMs) => {
    const counts = `${results.passed + results.failed} of ${results.total} tests done`;
    return `the page posted nothing for ${waitedMs / 1000} s (${counts}); under way: ${results.current}`;
  };
  const wait = (waitMs) => {
    clearTimeout(timer);
    timer = setTimeout(() => bite(describe(waitMs)), waitMs);
  };
  const touch = () => wait(limitMs);
  wait(Math.max(limitMs, startLimitMs));
  return { touch, bitten, stop: () => clearTimeout(timer) };
}

/**
 * @param {object} options
 * @param {import('./engines/index.mjs').Engine} options.engine
 * @param {string} options.layout
 * @param {Map<string, string>} options.scripts
 * @param {string} [options.grep]
 * @param {boolean} [options.every]
 * @param {number} options.watchdogMs
 * @param {AbortSignal} options.signal ends the run early
 * @param {(text: string) => void} options.print
 * @returns {Promise<{passed: number, failed: number, skipped: number}>}
 */
export async function runEngine({ engine, layout, scripts, grep, every, watchdogMs, signal, print }) {
  const results = new Results(print, sourcePositions(scripts));
  const dog = watchdog(watchdogMs, results);
  const aborted = new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve('the run was ended')),
  );
  const server = await startServer(scripts, (report) => {
    dog.touch();
    results.take(report);
  });
  const profile = await temporaryFolder();
  let browser = null;
  try {
    const query = new URLSearchParams({
      layout,
      ...(grep ? { grep } : {}),
      ...(every ? { every: '1' } : {}),
    });
    browser = await engine.open(`${server.url}/?${query}`, profile.path);
    const trouble = await Promise.race([results.ended, dog.bitten, browser.gone, aborted]);
    noteOutcome(results, trouble && `${trouble}\n${browser.output()}`.trimEnd(), print);
  } catch (error) {
    noteOutcome(results, `the browser could not be started: ${error.stack}`, print);
  } finally {
    dog.stop();
    await browser?.close();
    await profile.remove();
    await server.close();
  }
  const { passed, failed, skipped } = results;
  return { passed, failed, skipped };
}

/** A run that stopped early, or in which no test ran, counts as one more failure. */
function noteOutcome(results, trouble, print) {
  const reason = trouble || (results.passed + results.failed === 0 ? 'no test ran' : null);
  if (!reason) return;
  results.failed++;
  print(`failed: ${reason}`);
}
