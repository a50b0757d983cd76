/** The page's side of the harness: runs the bundled specs under mocha and reports each step to the runner. */
import type { Report } from './protocol.js';

let sending: Promise<unknown> = Promise.resolve();

/** Reports leave one after the other, so the runner sees them in the order in which they happened. */
function report(entry: Report): void {
  sending = sending.then(() => fetch('/run/report', { method: 'POST', body: JSON.stringify(entry) }));
}

function describeError(error: unknown): { message: string; stack: string } {
  if (!(error instanceof Error)) return { message: String(error), stack: '' };
  const message = `${error.name}: ${error.message}`;
  return { message: message + describeDifference(error), stack: (error.stack ?? '').replace(message, '') };
}

/** What an assertion expected and got, line by line; its message alone shortens both. */
function describeDifference(
  error: Error & { showDiff?: boolean; actual?: unknown; expected?: unknown },
): string {
  if (!error.showDiff) return '';
  return Mocha.reporters.Base.generateDiff(text(error.actual), text(error.expected));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : Mocha.utils.stringify(value);
}

function reportConsoleErrors(): void {
  const original = console.error.bind(console);
  console.error = (...parts: unknown[]) => {
    original(...parts);
    const text = parts.map((part) => (part instanceof Error ? describeError(part).message : String(part)));
    report({ kind: 'console', text: text.join(' ') });
  };
}

/** Errors outside of tests: mocha listens only while it runs, and only gives them to the test under way. */
function reportPageErrors(): void {
  addEventListener('error', (event) => report({ kind: 'console', text: `page error: ${event.message}` }));
  addEventListener('unhandledrejection', (event) => {
    const { message } = describeError(event.reason);
    report({ kind: 'console', text: `unhandled rejection: ${message}` });
  });
}

function reportProgress(runner: Mocha.Runner): void {
  const title = (test: Mocha.Test | Mocha.Hook) => test.fullTitle();
  report({ kind: 'plan', total: runner.total, userAgent: navigator.userAgent });
  runner.on('test', (test) => report({ kind: 'started', title: title(test) }));
  runner.on('pending', (test) => report({ kind: 'skipped', title: title(test) }));
  runner.on('pass', (test) => report({ kind: 'passed', title: title(test), durationMs: test.duration ?? 0 }));
  runner.on('fail', (test, error) => report({ kind: 'failed', title: title(test), ...describeError(error) }));
  runner.on('end', () => report({ kind: 'ended' }));
}

async function runSpecs(): Promise<void> {
  reportConsoleErrors();
  reportPageErrors();
  const query = new URLSearchParams(location.search);
  const grep = query.get('grep');
  const reporter = reportProgress as unknown as Mocha.ReporterConstructor;
  mocha.setup({ ui: 'bdd', timeout: 20_000, reporter, fullTrace: true });
  (Error as { stackTraceLimit?: number }).stackTraceLimit = 50;
  if (grep) mocha.grep(new RegExp(grep));
  // A test that never gives the page back must have been announced before.
  mocha.suite.beforeEach('reports are sent', () => sending);
  const specs = `/specs-${query.get('layout')}.js`;
  await import(specs);
  mocha.run();
}

runSpecs().catch((error: unknown) => report({ kind: 'broken', ...describeError(error) }));
