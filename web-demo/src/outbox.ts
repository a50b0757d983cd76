import { computed, effect, signal } from '@preact/signals';
import type { OfflineOperation, Outbox } from 'chatlarder';
import { larder } from './store';
import { reasonOf } from './text/reasons';

/** What of a chat waits to be sent, as the chat list shows it. */
export interface UnsentOfChat {
  /** The text that was written last. */
  content: string;
  hasFailed: boolean;
}

/** The messages that the server doesn't have yet, in the order in which they were written. */
export const unsent = signal<readonly OfflineOperation[]>([]);
/** Those of them that were refused, or tried in vain, and are no longer sent by themselves. */
export const failed = computed(() => unsent.value.filter(({ status }) => status === 'failed'));
/** Why the last thing that the user wanted done with one of them wasn't done. */
export const problem = signal<string | null>(null);

export const unsentByChat = computed<ReadonlyMap<string, UnsentOfChat>>(() => {
  const chats = new Map<string, UnsentOfChat>();
  for (const { requestId, payload, status } of unsent.value) {
    const hasFailed = status === 'failed' || (chats.get(requestId)?.hasFailed ?? false);
    chats.set(requestId, { content: String(payload['content']), hasFailed });
  }
  return chats;
});

effect(() =>
  larder.value?.outbox.watch((operations) => {
    unsent.value = operations.filter(({ type }) => type === 'send_message');
    problem.value = null;
  }),
);

/** Tries a message again that failed, or takes it away; false, and a `problem`, when that isn't possible. */
export const retry = (id: string) => attempt((outbox) => outbox.retry(id));
export const retryAll = () => attempt((outbox) => outbox.retryAll());
export const discard = (id: string) => attempt((outbox) => outbox.cancel(id));

async function attempt(act: (outbox: Outbox) => Promise<void>): Promise<boolean> {
  problem.value = null;
  try {
    await act(larder.value!.outbox);
    return true;
  } catch (error) {
    problem.value = reasonOf(error);
    return false;
  }
}

/** Gives a message that wasn't sent another text; one that failed is tried again. Rejects with the reason. */
export async function editUnsent(id: string, content: string): Promise<void> {
  await larder.value!.outbox.edit(id, content);
}
