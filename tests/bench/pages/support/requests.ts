/** What the reference server was asked. */
import type { DrainResult } from './results.js';

const SEND = 'POST /api/v1/chats/:requestId/messages';

/** Begins to count; the function that it gives tells what was asked since then. */
export async function countRequests(): Promise<() => Promise<Pick<DrainResult, 'sends' | 'others'>>> {
  await fetch('/test/requests', { method: 'DELETE' });
  return async () => {
    const counts = (await (await fetch('/test/requests')).json()) as Record<string, number>;
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const sends = counts[SEND] ?? 0;
    return { sends, others: all - sends };
  };
}
