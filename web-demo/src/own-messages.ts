import { computed, signal } from '@preact/signals';
import type { CachedMessage } from 'chatlarder';
import { deleteMessage } from './api';
import type { Composing } from './composing';
import type { Conversation } from './conversation';
import { discard } from './outbox';
import { connection } from './store';
import { isUnsent, keyOf } from './timeline';
import type { Entry } from './timeline';
import { user } from './user';

/** The menu of a message, and the button that opened it. */
export interface OpenMenu {
  message: CachedMessage;
  button: HTMLElement;
}

/** Whether the user wrote a message, and may change it and take it away. */
export function isOwn({ senderId }: CachedMessage): boolean {
  return senderId === user.id;
}

/** Whether that can be done now: what the server has needs the server. */
export function canChangeNow(message: CachedMessage): boolean {
  return isUnsent(message) || connection.value === 'online';
}

/** Whether a message has a menu. What couldn't be sent says what can be done. */
export function hasMenu(message: CachedMessage): boolean {
  return isOwn(message) && message.status !== 'failed';
}

function newestOf(
  entries: readonly Entry[] | null,
  has: (message: CachedMessage) => boolean,
): CachedMessage | null {
  const newest = entries?.findLast((entry) => entry.kind === 'message' && has(entry.message));
  return newest?.kind === 'message' ? newest.message : null;
}

/** The user's own messages in a chat, and what is about to happen to one of them. */
export class OwnMessages {
  readonly menu = signal<OpenMenu | null>(null);
  /** The one that is deleted as soon as the user confirms it. */
  readonly deleting = signal<CachedMessage | null>(null);
  /** The key of the one whose button had the focus last. */
  readonly focused = signal<string | null>(null);

  #conversation: Conversation;
  #composing: Composing;

  constructor(conversation: Conversation, composing: Composing) {
    this.#conversation = conversation;
    this.#composing = composing;
  }

  readonly newest = computed(() => newestOf(this.#conversation.entries.value, isOwn));

  /** The key of the one whose button Tab leads to; the arrow keys lead to the others. */
  readonly tabStop = computed(() => {
    const shown = this.#conversation.shown.value ?? [];
    const isFocused = (entry: Entry) =>
      entry.kind === 'message' && keyOf(entry.message) === this.focused.value && hasMenu(entry.message);
    const newest = newestOf(shown, hasMenu);
    return shown.some(isFocused) ? this.focused.value : newest && keyOf(newest);
  });

  /** Deletes a message, for everyone. Rejects with the reason when the server doesn't. */
  async delete(message: CachedMessage): Promise<void> {
    await deleteMessage(message.requestId, message.id);
    this.#stopEditing(message);
    void this.#conversation.sync();
  }

  edit(message: CachedMessage): void {
    this.#composing.edit(message);
  }

  /** Takes away a message that the server doesn't have. */
  async discard(message: CachedMessage): Promise<void> {
    if (await discard(keyOf(message))) this.#stopEditing(message);
  }

  #stopEditing(message: CachedMessage): void {
    const { editing } = this.#composing;
    if (editing.value && keyOf(editing.value) === keyOf(message)) this.#composing.stopEditing();
  }
}
