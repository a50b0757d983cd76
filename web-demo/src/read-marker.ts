import { effect } from '@preact/signals';
import type { Chat } from 'chatlarder';
import type { Conversation } from './conversation';

/** Marks what has been on screen as read; the larder tells the server as it can. Returns what stops it. */
export function markReadAsSeen({ seen, chat: summary }: Conversation, chat: Chat): () => void {
  const mark = newestOnly((upTo) => chat.markRead(upTo));
  return effect(() => {
    const upTo = seen.value;
    if (upTo > (summary.value?.lastReadSequence ?? 0)) mark(upTo);
  });
}

/**
 * Runs one task at a time; of the numbers that come meanwhile only the highest is run next. A failure is the
 * larder's to report; the next number tries again.
 */
function newestOnly(run: (value: number) => Promise<void>): (value: number) => void {
  let wanted = 0;
  let isRunning = false;
  const runAll = async () => {
    isRunning = true;
    for (let done = 0; done < wanted;) {
      done = wanted;
      await run(done).catch(() => {});
    }
    isRunning = false;
  };
  return (value) => {
    wanted = Math.max(wanted, value);
    if (!isRunning) void runAll();
  };
}
