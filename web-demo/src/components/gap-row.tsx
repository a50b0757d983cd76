import { useEffect, useRef } from 'preact/hooks';
import type { Gap } from 'chatlarder';
import type { Conversation } from '../conversation';
import { connection } from '../store';

/** A hole that is so close to the view is filled. */
const viewMargin = '300px 0px';

/** Messages that are missing on this device. They are fetched when they come into view. */
export function GapRow({ gap, conversation }: { gap: Gap; conversation: Conversation }) {
  const row = useRef<HTMLLIElement>(null);
  const isOnline = connection.value === 'online';
  const state = conversation.fills.value.get(gap.startSeq);
  useEffect(() => {
    if (!isOnline) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && void conversation.fill(gap),
      { root: row.current!.closest('.scroller'), rootMargin: viewMargin },
    );
    observer.observe(row.current!);
    return () => observer.disconnect();
  }, [conversation, gap.startSeq, gap.endSeq, isOnline]);

  const count = gap.endSeq - gap.startSeq + 1;
  return (
    <li class="gap" ref={row} data-testid="gap" data-start={gap.startSeq} data-end={gap.endSeq}>
      <span class={`gap-text ${isOnline && state !== 'failed' ? 'is-loading' : ''}`}>
        {describe(count, isOnline, state === 'failed')}
      </span>
      {isOnline && state === 'failed' && (
        <button type="button" class="link-button" onClick={() => void conversation.fill(gap)}>
          Try again
        </button>
      )}
    </li>
  );
}

function describe(count: number, isOnline: boolean, isRefused: boolean): string {
  const messages = count === 1 ? '1 message' : `${count.toLocaleString()} messages`;
  if (!isOnline) return `${messages} not on this device. They load when you are online.`;
  return isRefused ? `${messages} couldn’t be loaded.` : `Loading ${messages}…`;
}
