import { batch, computed, signal } from '@preact/signals';
import type { CachedMessage } from 'chatlarder';
import { editMessage, postMessage } from './api';
import type { Conversation } from './conversation';
import { readDraft, writeDraft } from './drafts';
import { connection } from './store';

/** As many code points as the server takes. */
const contentLengthMax = 10_000;

/** A message that was tried; tried again unchanged it keeps its id, so it can't arrive twice. */
interface Attempt {
  content: string;
  clientTempId: string;
}

/**
 * What is being written in a chat: a new message or, while one's own is `editing`, another text for that.
 * The text stays until the server has it; that of a new message also while another is edited, and over a
 * reload.
 */
export class Composing {
  /** The own message that is being given another text. */
  readonly editing = signal<CachedMessage | null>(null);
  readonly isBusy = signal(false);
  /** Why the server didn't take it. */
  readonly failure = signal<string | null>(null);

  #conversation: Conversation;
  #draft = signal('');
  #edited = signal('');
  #attempt: Attempt | null = null;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#draft.value = readDraft(conversation.requestId);
  }

  readonly text = computed(() => (this.editing.value ? this.#edited.value : this.#draft.value));

  readonly #content = computed(() => this.text.value.trim());

  /** How many more characters there may be. */
  readonly left = computed(() => contentLengthMax - [...this.#content.value].length);

  readonly canSubmit = computed(() => {
    const fits = this.#content.value !== '' && this.left.value >= 0;
    return fits && connection.value === 'online' && !this.isBusy.value;
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
      if (this.editing.value) await this.#save(this.editing.value);
      else await this.#send();
      void this.#conversation.sync();
    } catch (error) {
      this.failure.value = error instanceof Error ? error.message : String(error);
    }
    this.isBusy.value = false;
  }

  async #send(): Promise<void> {
    const content = this.#content.value;
    if (this.#attempt?.content !== content) this.#attempt = { content, clientTempId: crypto.randomUUID() };
    await postMessage(this.#conversation.requestId, content, this.#attempt.clientTempId);
    this.#attempt = null;
    this.#keepDraft('');
    this.#conversation.jumpToLatest();
  }

  async #save({ requestId, id, content }: CachedMessage): Promise<void> {
    const isChanged = this.#content.value !== content.trim();
    if (isChanged) await editMessage(requestId, id, this.#content.value);
    this.editing.value = null;
  }

  #keepDraft(text: string): void {
    this.#draft.value = text;
    writeDraft(this.#conversation.requestId, text);
  }
}
