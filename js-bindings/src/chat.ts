import type { Larder } from './client.js';
import type { ChatState, Gap } from './gen/schema.js';
import { checkCount } from './options.js';
import type { Damage } from './page.js';
import { readPage, type StoredPage } from './reads.js';
import { sendMessage, type OutgoingMessage, type SentMessage } from './sending.js';
import { watch } from './watch.js';

/** A stretch of a chat from disk. */
export interface MessagePage extends StoredPage {
  /** What the core said last; null before it has said anything. */
  state: ChatState | null;
}

const MESSAGES_DEFAULT = 50;
let views = 0;

/** One chat of a larder. */
export class Chat {
  /** Its UUID. */
  readonly requestId: string;
  readonly #larder: Larder;

  /** Use `larder.chat(requestId)`. */
  constructor(larder: Larder, requestId: string) {
    this.#larder = larder;
    this.requestId = requestId;
  }

  /** The chat's synchronisation state; null before the core has said anything. */
  get state(): ChatState | null {
    return this.#larder.stateOf(this.requestId);
  }

  /**
   * The newest `limit` (default 50) messages with a sequence number below `before`, from disk, ascending; and
   * the gaps inside the page or directly below it. The messages are for reading: the same objects may be
   * given again. Rejects with `closed` or `storage`.
   */
  async messages(options: { limit?: number; before?: number } = {}): Promise<MessagePage> {
    const limit = checkCount('limit', options.limit, MESSAGES_DEFAULT);
    const before = options.before === undefined ? undefined : checkCount('before', options.before, 1);
    const page = await this.#read(limit, before);
    this.#larder.tell('touch', { requestId: this.requestId });
    return page;
  }

  async #read(limit: number, before?: number): Promise<MessagePage> {
    const { requestId } = this;
    const { layout } = this.#larder;
    const onDamage = (damage: Damage) => this.#larder.tellDamage(requestId, damage);
    const memory = this.#larder.recent?.of(requestId);
    const read = (db: IDBDatabase) => readPage(db, requestId, limit, before, layout, onDamage, memory);
    const page = await this.#larder.read(read, { messages: [], gaps: [], chat: null });
    return { ...page, state: this.state };
  }

  /**
   * Opens the chat: it is synchronised by itself, and the callback gets its newest `limit` messages at once
   * and after each change that touches it. Returns what stops it and closes the chat.
   */
  watch(options: { limit?: number }, callback: (page: MessagePage) => void): () => void {
    const limit = checkCount('limit', options.limit, MESSAGES_DEFAULT);
    const view = `${(views += 1)}`;
    const read = () => this.#read(limit);
    this.#larder.tell('open', { requestId: this.requestId, view });
    const stop = watch(this.#larder, ({ requestIds }) => requestIds.includes(this.requestId), read, callback);
    return () => {
      stop();
      this.#larder.tell('close', { requestId: this.requestId, view });
    };
  }

  /** One delta from the server. Resolves when it is committed; rejects like `larder.sync()`. */
  async sync(options: { signal?: AbortSignal } = {}): Promise<void> {
    const { requestId } = this;
    await this.#larder.command({ header: { type: 'sync', requestId } }, options.signal);
  }

  /**
   * Fetches the newest page of a gap. Resolves when it is committed, at once where the gap has been filled
   * already; rejects like `larder.sync()`.
   */
  async fill(gap: Gap, options: { signal?: AbortSignal } = {}): Promise<void> {
    const { requestId } = this;
    const { startSeq, endSeq } = gap;
    await this.#larder.command({ header: { type: 'fill', requestId, startSeq, endSeq } }, options.signal);
  }

  /**
   * Writes a message. Resolves as soon as it is stored, with or without a network: the message is among the
   * chat's, `pending`, and is sent by itself, once, after those written before it. What becomes of it is seen
   * in the chat and in `larder.outbox`; the row that the server's message brings has the same `tempId`.
   *
   * Rejects with an `ArgumentError`, with `closed`, or with a `DurabilityError` when the browser can't store
   * it: then nothing is kept. With `allowVolatile` it is kept in memory instead, sent from there, and stored
   * as soon as that goes again; the message says so with `durable: false`.
   */
  send(message: OutgoingMessage, options: { allowVolatile?: boolean } = {}): Promise<SentMessage> {
    return sendMessage(this.#larder, this.requestId, message, options.allowVolatile ?? false);
  }

  /**
   * The user has read everything up to a sequence number: the unread count follows at once, offline too.
   * Resolves when it is stored; the receipt for the server is in the outbox then, and only the highest of a
   * chat is sent.
   */
  markRead(upToSequence: number): Promise<void> {
    const { requestId } = this;
    checkCount('upToSequence', upToSequence, 1);
    const header = { type: 'read', requestId, upToSequence, id: crypto.randomUUID() };
    return this.#larder.command({ header }).then(() => {});
  }
}
