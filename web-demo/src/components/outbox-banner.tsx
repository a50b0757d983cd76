import { useEffect, useState } from 'preact/hooks';
import { failed, problem, retryAll, unsent } from '../outbox';
import { connection } from '../store';
import { AlertIcon, ClockIcon } from './icons';

/** Sending that takes no longer than this isn't worth a word. */
const silentMs = 1000;

/**
 * How many messages wait to be sent, in all chats. The count is in the document also while nothing is shown.
 */
export function OutboxBanner() {
  const count = unsent.value.length;
  const failedCount = failed.value.length;
  const isOffline = connection.value === 'offline';
  const isLasting = useLasting(count > 0);
  const isShown = count > 0 && (isLasting || isOffline || failedCount > 0);
  return (
    <div
      class={isShown ? `outbox ${failedCount ? 'has-failed' : ''}` : 'visually-hidden'}
      aria-hidden={!isShown}
    >
      {failedCount > 0 ? <AlertIcon /> : <ClockIcon />}
      <p class="outbox-text">
        <span data-testid="outbox-count">{count}</span> {sentenceOf(count, failedCount, isOffline)}
        {problem.value && <span role="alert"> {problem.value}</span>}
      </p>
      {isShown && failedCount > 0 && (
        <button type="button" class="link-button" data-testid="retry-all" onClick={() => void retryAll()}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What goes on after the count. */
function sentenceOf(count: number, failedCount: number, isOffline: boolean): string {
  const [messages, wait, are] = count === 1 ? ['message', 'waits', 'is'] : ['messages', 'wait', 'are'];
  if (failedCount === count && count > 0) return `${messages} couldn’t be sent.`;
  if (failedCount > 0) return `messages not sent: ${count - failedCount} waiting, ${failedCount} failed.`;
  return isOffline ? `${messages} ${are} sent when you are back online.` : `${messages} ${wait} to be sent.`;
}

/** Whether something has been so for a while. */
function useLasting(isSo: boolean): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!isSo) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), silentMs);
    return () => clearTimeout(timer);
  }, [isSo]);
  return isSo && isLasting;
}
