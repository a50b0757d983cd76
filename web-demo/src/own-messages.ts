import { computed, signal } from '@preact/signals';
import type { CachedMessage } from 'chatlarder';
import { deleteMessage } from './api';
import type { Composing } from './composing';
import type { Conversation } from './conversation';
import type { Entry } from './timeline';
import { user } from './user';

/** The menu of a message, and the button that opened it. */
export interface OpenMenu {
  message: CachedMessage;
  button: HTMLElement;
}

/** Whether the user may edit and delete a message. */
export function isChangeable({ senderId, status }: CachedMessage): boolean {
  return senderId === user.id && status === 'sent';
}

function newestOf(entries: readonly Entry[] | null): CachedMessage | null {
  const newest = entries?.findLast((entry) => entry.kind === 'message' && isChangeable(entry.message));
  return newest?.kind === 'message' ? newest.message : null;
}

/** The user's own messages in a chat, and what is about to happen to one of them. */
export class OwnMessages {
  readonly menu = signal<OpenMenu | null>(null);
  /** The one that is deleted as soon as the user confirms it. */
  readonly deleting = signal<CachedMessage | null>(null);
  /** The one whose button had the focus last. */
  readonly focused = signal<string | null>(null);

  #conversation: Conversation;
  #composing: Composing;

  constructor(conversation: Conversation, composing: Composing) {
    this.#conversation = conversation;
    this.#composing = composing;
  }

  readonly newest = computed(() => newestOf(this.#conversation.entries.value));

  /** The one whose button Tab leads to; the arrow keys lead to the others. */
  readonly tabStop = computed(() => {
    const shown = this.#conversation.shown.value ?? [];
    const isFocused = (entry: Entry) => entry.kind === 'message' && entry.message.id === this.focused.value;
    return shown.some(isFocused) ? this.focused.value : (newestOf(shown)?.id ?? null);
  });

  /** Deletes a message, for everyone. Rejects with the reason when the server doesn't. */
  async delete({ requestId, id }: CachedMessage): Promise<void> {
    await deleteMessage(requestId, id);
    if (this.#composing.editing.value?.id === id) this.#composing.stopEditing();
    void this.#conversation.sync();
  }
}
