/** The reference server's contract over plain arrays; every answer is bytes, as they come off the wire. */
import { chatId, makeMessage, type ServerMessage } from './messages.js';

export interface ChatsQuestion {
  cursor?: string;
  limit: number;
}

export interface MessagesQuestion {
  requestId: string;
  afterSequence?: number;
  beforeSequence?: number;
  limit: number;
}

export interface SentQuestion {
  requestId: string;
  clientTempId: string;
  content: string;
}

interface ServerChat {
  requestId: string;
  /** JSON of message n at n - 1. */
  messages: string[];
  createdAt: string | null;
  lastMessage: object | null;
  changed: number;
  /** Made already, to be posted next. */
  prepared: ReadyMessage[];
}

interface ReadyMessage {
  message: ServerMessage;
  json: string;
}

const encoder = new TextEncoder();

export class ChatServer {
  readonly #chats: ServerChat[];
  readonly #numbers = new Map<string, number>();
  readonly #ready = new Map<string, Uint8Array>();
  /** What was sent, by its idempotency key. */
  readonly #sent = new Map<string, Uint8Array>();
  #changes = 0;

  constructor(chats: number) {
    this.#chats = Array.from({ length: chats }, (_, chat) => {
      const requestId = chatId(chat);
      this.#numbers.set(requestId, chat);
      const changed = (this.#changes += 1);
      return { requestId, messages: [], createdAt: null, lastMessage: null, changed, prepared: [] };
    });
  }

  get requestIds(): string[] {
    return this.#chats.map(({ requestId }) => requestId);
  }

  lastSequence(chat: number): number {
    return this.#chats[chat]!.messages.length;
  }

  /** Makes the next `count` messages of each chat, so that posting them takes no time; gives all as bytes. */
  prepare(count: number): Uint8Array[][] {
    return this.#chats.map((state, chat) => {
      const next = state.messages.length + 1;
      state.prepared = Array.from({ length: count }, (_, i) => readyMessage(chat, next + i));
      return state.prepared.map(({ json }) => encoder.encode(json));
    });
  }

  /** Posts `count` messages to a chat. */
  post(chat: number, count: number): void {
    const state = this.#chats[chat]!;
    for (let i = 0; i < count; i += 1) {
      const { message, json } = state.prepared.shift() ?? readyMessage(chat, state.messages.length + 1);
      const { id, senderId, content, createdAt } = message;
      state.messages.push(json);
      state.createdAt = createdAt;
      state.lastMessage = { id, senderId, senderName: 'Robin Example', content, createdAt };
    }
    state.changed = this.#changes += 1;
    this.#ready.clear();
  }

  /**
   * Posts `count` messages to each chat, or to each from one on, and has the page that each will be asked for
   * ready.
   */
  postToAll(count: number, from = 0): Uint8Array[] {
    const chats = this.#chats.slice(from);
    chats.forEach((_, i) => this.post(from + i, count));
    return chats.map(({ requestId, messages }) => {
      const question = { requestId, afterSequence: messages.length - count, limit: count };
      const bytes = this.#messages(question);
      this.#ready.set(keyOf(question), bytes);
      return bytes;
    });
  }

  fetchChats({ cursor, limit }: ChatsQuestion): Uint8Array {
    const since = Number(cursor ?? 0);
    const moved = this.#chats.filter(({ changed }) => changed > since);
    moved.sort((a, b) => a.changed - b.changed);
    const page = moved.slice(0, limit);
    const chats = page.map((chat) => recordOf(chat));
    const next = page.at(-1)?.changed ?? since;
    return bytesOf({ chats, cursor: String(next), hasMore: moved.length > page.length });
  }

  fetchMessages(question: MessagesQuestion): Uint8Array {
    return this.#ready.get(keyOf(question)) ?? this.#messages(question);
  }

  /** Stores a message, once: a key that is known gives the message that was stored for it. */
  sendMessage({ requestId, clientTempId, content }: SentQuestion): Uint8Array {
    const known = this.#sent.get(clientTempId);
    if (known) return known;
    const chat = this.#numbers.get(requestId)!;
    const state = this.#chats[chat]!;
    const message = { ...makeMessage(chat, state.messages.length + 1), content, clientTempId };
    state.prepared.unshift({ message, json: JSON.stringify(message) });
    this.post(chat, 1);
    const bytes = bytesOf(message);
    this.#sent.set(clientTempId, bytes);
    return bytes;
  }

  /** How many messages were sent to it. */
  get sent(): number {
    return this.#sent.size;
  }

  #messages({ requestId, afterSequence = 0, beforeSequence, limit }: MessagesQuestion): Uint8Array {
    const chat = this.#chats[this.#numbers.get(requestId)!]!;
    const lastSequence = chat.messages.length;
    const to = Math.min((beforeSequence ?? Infinity) - 1, lastSequence);
    const from = Math.max(afterSequence + 1, to - limit + 1);
    const messages = chat.messages.slice(from - 1, Math.max(to, from - 1));
    const frame = bytesFrame(requestId, from <= to ? { from, to } : null, chat);
    return encoder.encode(frame.replace('"messages":[]', () => `"messages":[${messages.join(',')}]`));
  }
}

function readyMessage(chat: number, sequenceNumber: number): ReadyMessage {
  const message = makeMessage(chat, sequenceNumber);
  return { message, json: JSON.stringify(message) };
}

function bytesFrame(requestId: string, covers: object | null, chat: ServerChat): string {
  const lastSequence = chat.messages.length;
  return JSON.stringify({
    requestId,
    messages: [],
    covers,
    tombstones: [],
    lastSequence,
    revision: String(lastSequence),
    totalMessageCount: lastSequence,
    unreadCount: 0,
    lastReadSequence: lastSequence,
  });
}

function recordOf({ requestId, messages, createdAt, lastMessage }: ServerChat): object {
  return {
    requestId,
    title: `Support request ${requestId.slice(0, 8)}`,
    lastSequence: messages.length,
    revision: String(messages.length),
    unreadCount: 0,
    lastReadSequence: messages.length,
    totalMessageCount: messages.length,
    lastActivityAt: createdAt,
    lastMessage,
  };
}

function keyOf({ requestId, afterSequence = 0, beforeSequence = 0, limit }: MessagesQuestion): string {
  return `${requestId} ${afterSequence} ${beforeSequence} ${limit}`;
}

function bytesOf(answer: object): Uint8Array {
  return encoder.encode(JSON.stringify(answer));
}
