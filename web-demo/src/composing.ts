import { batch, computed, signal } from '@preact/signals';
import type { CachedMessage } from 'chatlarder';
import { editMessage } from './api';
import type { Conversation } from './conversation';
import { readDraft, writeDraft } from './drafts';
import { editUnsent } from './outbox';
import { connection } from './store';
import { reasonOf } from './text/reasons';
import { isUnsent, keyOf } from './timeline';

/** As many code points as the server takes. */
const contentLengthMax = 10_000;

/**
 * What is being written in a chat: a new message or, while one's own is `editing`, another text for that.
 * The text stays until it is kept elsewhere: on this device if it is to be sent, at the server if the server
 * has the message already. That of a new message stays also while another is edited, and over a reload.
 */
export class Composing {
  /** The own message that is being given another text. */
  readonly editing = signal<CachedMessage | null>(null);
  readonly isBusy = signal(false);
  /** Why it isn't kept. */
  readonly failure = signal<string | null>(null);

  #conversation: Conversation;
  #draft = signal('');
  #edited = signal('');

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#draft.value = readDraft(conversation.requestId);
  }

  readonly text = computed(() => (this.editing.value ? this.#edited.value : this.#draft.value));

  readonly #content = computed(() => this.text.value.trim());

  /** How many more characters there may be. */
  readonly left = computed(() => contentLengthMax - [...this.#content.value].length);

  /** The message that is edited as it is now: what was waiting may have been sent meanwhile. */
  readonly #target = computed(
    () => this.editing.value && (this.#conversation.current(this.editing.value) ?? this.editing.value),
  );

  /** Whether only the server can do it, and it can't be reached. What isn't sent yet is changed here. */
  readonly isCutOff = computed(() => {
    const target = this.#target.value;
    return target !== null && !isUnsent(target) && connection.value === 'offline';
  });

  readonly canSubmit = computed(() => {
    const fits = this.#content.value !== '' && this.left.value >= 0;
    return fits && !this.isCutOff.value && !this.isBusy.value;
  });

  write(text: string): void {
    if (this.editing.value) this.#edited.value = text;
    else this.#keepDraft(text);
  }

  edit(message: CachedMessage): void {
    if (this.isBusy.value) return;
    batch(() => {
      this.editing.value = message;
      this.#edited.value = message.content;
      this.failure.value = null;
    });
  }

  stopEditing(): void {
    if (this.isBusy.value) return;
    batch(() => {
      this.editing.value = null;
      this.failure.value = null;
    });
  }

  /** Sends the new message, or saves the edited one. */
  async submit(): Promise<void> {
    if (!this.canSubmit.value) return;
    batch(() => {
      this.isBusy.value = true;
      this.failure.value = null;
    });
    try {
      if (this.#target.value) await this.#save(this.#target.value);
      else await this.#send();
    } catch (error) {
      this.failure.value = reasonOf(error);
    }
    this.isBusy.value = false;
  }

  /** What is typed while the message is being stored stays. */
  async #send(): Promise<void> {
    const sent = this.#draft.value;
    await this.#conversation.send(this.#content.value);
    const draft = this.#draft.value;
    this.#keepDraft(draft.startsWith(sent) ? draft.slice(sent.length) : draft);
  }

  /** Saved as it was, a message that failed is tried again all the same. */
  async #save(message: CachedMessage): Promise<void> {
    const isChanged = this.#content.value !== message.content.trim();
    if (isChanged || message.status === 'failed') await this.#change(message, this.#content.value);
    this.editing.value = null;
  }

  async #change(message: CachedMessage, content: string): Promise<void> {
    if (isUnsent(message)) return editUnsent(keyOf(message), content);
    await editMessage(message.requestId, message.id, content);
    void this.#conversation.sync();
  }

  #keepDraft(text: string): void {
    this.#draft.value = text;
    writeDraft(this.#conversation.requestId, text);
  }
}
