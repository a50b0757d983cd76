import { effect, signal } from '@preact/signals';
import { failed, unsent } from './outbox';
import { connection } from './store';
import { failureOf } from './text/reasons';

/**
 * What a screen reader is told of the outbox: that messages wait for a connection, once; that one failed; and
 * that nothing waits any more. What is sent at once is no news.
 */
export const outboxNews = signal('');

let known = { count: 0, failedCount: 0 };
let isToldOfWaiting = false;

effect(() => {
  const now = { count: unsent.value.length, failedCount: failed.value.length };
  const isWaiting = now.count > now.failedCount && connection.value === 'offline';
  if (now.failedCount > known.failedCount) outboxNews.value = ofFailure(now.failedCount);
  else if (isWaiting && !isToldOfWaiting) outboxNews.value = 'Sent when you are back online.';
  else if (now.count === 0 && outboxNews.peek()) outboxNews.value = 'No message waits to be sent.';
  isToldOfWaiting = now.count > 0 && (isToldOfWaiting || isWaiting);
  known = now;
});

function ofFailure(count: number): string {
  const what = count === 1 ? 'A message couldn’t be sent.' : `${count} messages couldn’t be sent.`;
  return `${what} ${failureOf(failed.peek().at(-1)?.lastError)}`;
}
