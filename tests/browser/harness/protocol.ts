/** What the page tells the runner while the specs run, one POST to /run/report each. */
export type Report =
  | { kind: 'plan'; total: number; userAgent: string }
  | { kind: 'started'; title: string }
  | { kind: 'passed'; title: string; durationMs: number }
  | { kind: 'skipped'; title: string }
  | { kind: 'failed'; title: string; message: string; stack: string }
  | { kind: 'console'; text: string }
  | { kind: 'broken'; message: string; stack: string }
  | { kind: 'ended' };
