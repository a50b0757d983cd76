/**
 * A chat server inside the page: the contract of web-demo/server/README.md over plain arrays, as a transport.
 */
import type {
  ChangeSignal,
  FetchChatsParams,
  FetchMessagesParams,
  MarkReadParams,
  SendMessageParams,
  Transport,
} from 'chatlarder';

export interface ServerMessage {
  id: string;
  requestId: string;
  sequenceNumber: number;
  content: string;
  createdAt: string;
  [field: string]: unknown;
}

/** An answer of `fetchMessages`, for those who spoil it. */
export interface PageAnswer {
  requestId: string;
  messages: ServerMessage[];
  covers: { from: number; to: number } | null;
  tombstones: { id: string; sequenceNumber: number }[];
  lastSequence: number;
  revision: string;
  totalMessageCount: number;
  unreadCount: number;
  lastReadSequence: number;
  resetRequired?: boolean;
}

/** An answer of `fetchChats`, for those who spoil it. */
export interface ListAnswer {
  chats: Record<string, unknown>[];
  cursor: string;
  hasMore: boolean;
}

/** A UUID made of two numbers, so that failures are readable. */
export function uuid(kind: number, n: number): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

const START_MS = Date.UTC(2026, 0, 1);

export function makeMessage(chat: number, sequenceNumber: number): ServerMessage {
  return {
    id: uuid(chat + 1000, sequenceNumber),
    requestId: uuid(1, chat),
    sequenceNumber,
    senderId: 'u1',
    sender: { id: 'u1', username: 'ann', fullName: 'Ann Example', isTechnician: true },
    content: `message ${sequenceNumber} of chat ${chat}`,
    createdAt: new Date(START_MS + sequenceNumber * 1000).toISOString(),
    updatedAt: null,
    isScreenshot: false,
    screenshotFileName: null,
    fileName: null,
    fileSize: null,
    fileMimeType: null,
    isReadByCurrentUser: false,
  };
}

/** A time of edit that lies so many seconds after the message was written; before it when negative. */
export function editedAt(sequenceNumber: number, seconds: number): string {
  return new Date(START_MS + (sequenceNumber + seconds) * 1000).toISOString();
}

interface Change {
  revision: number;
  kind: 'edited' | 'deleted';
  id: string;
  sequenceNumber: number;
}

interface ServerChatState {
  messages: ServerMessage[];
  lastSequence: number;
  revision: number;
  /** Changes up to this revision are forgotten. */
  forgotten: number;
  log: Change[];
  changed: number;
  unreadCount: number;
  lastReadSequence: number;
}

export type Method = 'fetchChats' | 'fetchMessages' | 'sendMessage' | 'markRead' | 'fetchMedia';

/** Keeps chats with messages; counts what it is asked; can be taken off the net. */
export class FakeServer implements Transport {
  readonly asked: { method: string; params: Record<string, unknown> }[] = [];
  readonly chats = new Map<number, ServerChatState>();
  /** While set, calls fail as without a network. */
  down = false;
  /** Changes an answer of `fetchMessages` before it leaves: objects, text or bytes. */
  tamper: ((answer: PageAnswer, params: FetchMessagesParams) => object | string) | null = null;
  /** The same for `fetchChats`. */
  tamperList: ((answer: ListAnswer, params: FetchChatsParams) => object | string) | null = null;
  /** Runs before a call is answered; may throw what the call is to end with. */
  refuse: ((method: Method, params: Record<string, unknown>) => void) | null = null;
  /** Changes the answer of `sendMessage` after the message was stored; may throw, or take its time. */
  tamperSent:
    | ((message: ServerMessage, params: SendMessageParams) => object | string | Promise<object | string>)
    | null = null;
  /** How long an answer takes. */
  latencyMs = 0;
  /** How many calls were under way at once, at most. */
  mostUnderWay = 0;
  /** Calls that were given up by the one who made them. */
  aborted = 0;
  #underWay = 0;
  #changes = 0;
  #gate: { opened: Promise<void>; open: () => void } | null = null;
  readonly #listeners = new Set<(signal: ChangeSignal) => void>();

  constructor(chats: number, messages: number) {
    for (let chat = 0; chat < chats; chat += 1) this.addChat(chat, messages);
  }

  addChat(chat: number, messages: number): void {
    this.chats.set(chat, {
      messages: [],
      lastSequence: 0,
      revision: 0,
      forgotten: 0,
      log: [],
      changed: 0,
      unreadCount: 3,
      lastReadSequence: 0,
    });
    this.post(chat, messages);
  }

  /* ---- what other people do ---- */

  /** Adds messages to a chat, and signals it to who listens. */
  post(chat: number, count: number, fields: Record<string, unknown> = {}): void {
    const state = this.chats.get(chat)!;
    for (let i = 0; i < count; i += 1) {
      state.messages.push({ ...makeMessage(chat, (state.lastSequence += 1)), ...fields });
    }
    this.#moved(chat);
  }

  edit(chat: number, sequenceNumber: number, fields: Record<string, unknown>): void {
    const state = this.chats.get(chat)!;
    const message = state.messages.find((each) => each.sequenceNumber === sequenceNumber)!;
    Object.assign(message, fields);
    this.#log(chat, 'edited', message);
    this.#moved(chat);
  }

  remove(chat: number, sequenceNumber: number): void {
    const state = this.chats.get(chat)!;
    const index = state.messages.findIndex((each) => each.sequenceNumber === sequenceNumber);
    const [message] = state.messages.splice(index, 1);
    this.#log(chat, 'deleted', message!);
    this.#moved(chat);
  }

  /** From now on revisions up to the present one are unknown: deltas from them must be reset. */
  forget(chat: number): void {
    const state = this.chats.get(chat)!;
    state.log = [];
    state.revision += 1;
    state.forgotten = state.revision;
    this.#moved(chat);
  }

  /** The user reads elsewhere. */
  read(chat: number, lastReadSequence: number, unreadCount: number): void {
    Object.assign(this.chats.get(chat)!, { lastReadSequence, unreadCount });
    this.#moved(chat);
  }

  /** Tells who listens of a chat, whether or not something happened to it. */
  signal(chat: number, revision?: string): void {
    const state = this.chats.get(chat)!;
    const change = { requestId: uuid(1, chat), revision: revision ?? String(state.revision) };
    for (const listener of this.#listeners) listener(change);
  }

  /* ---- what becomes of calls ---- */

  /** From now on answers wait for `release()`; what was asked is noted at once. */
  hold(): void {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#gate ??= { opened, open };
  }

  release(): void {
    this.#gate?.open();
    this.#gate = null;
  }

  askedFor(method: string): Record<string, unknown>[] {
    return this.asked.filter((call) => call.method === method).map(({ params }) => params);
  }

  /** What was asked of one chat's messages. */
  askedOf(chat: number): Record<string, unknown>[] {
    return this.askedFor('fetchMessages').filter(({ requestId }) => requestId === uuid(1, chat));
  }

  /* ---- the transport ---- */

  fetchChats(params: FetchChatsParams, { signal }: { signal: AbortSignal }): Promise<object | string> {
    return this.#answer('fetchChats', params, signal, () => {
      const answer = this.#list(params);
      return this.tamperList ? this.tamperList(answer, params) : answer;
    });
  }

  fetchMessages(params: FetchMessagesParams, { signal }: { signal: AbortSignal }): Promise<object | string> {
    return this.#answer('fetchMessages', params, signal, () => {
      const answer = this.#page(params);
      return this.tamper ? this.tamper(structuredClone(answer), params) : answer;
    });
  }

  /** Stores a message, once for each key; who sends it is `me`. */
  sendMessage(params: SendMessageParams, { signal }: { signal: AbortSignal }): Promise<object | string> {
    return this.#answer('sendMessage', params, signal, () => {
      const message = this.#stored(params) ?? this.#store(params);
      return this.tamperSent ? this.tamperSent(structuredClone(message), params) : message;
    });
  }

  /** Takes note, and says nothing of what is unread: specs say that with `read`. */
  markRead(params: MarkReadParams, { signal }: { signal: AbortSignal }): Promise<object | string> {
    return this.#answer('markRead', params, signal, () => '');
  }

  async subscribe(
    onSignal: (signal: ChangeSignal) => void,
    { signal }: { signal: AbortSignal },
  ): Promise<void> {
    if (this.down) throw new Error('no network');
    this.#listeners.add(onSignal);
    onSignal({});
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#listeners.delete(onSignal);
  }

  async #answer(
    method: Method,
    params: object,
    signal: AbortSignal,
    make: () => object | string | Promise<object | string>,
  ): Promise<object | string> {
    this.asked.push({ method, params: { ...params } });
    this.mostUnderWay = Math.max(this.mostUnderWay, (this.#underWay += 1));
    signal.addEventListener('abort', () => (this.aborted += 1), { once: true });
    try {
      if (this.latencyMs) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
      if (this.#gate) await this.#gate.opened;
      if (this.down) throw new Error('no network');
      this.refuse?.(method, { ...params });
      return await make();
    } finally {
      this.#underWay -= 1;
    }
  }

  #list({ cursor, limit }: FetchChatsParams): ListAnswer {
    const since = Number(cursor ?? 0);
    const moved = [...this.chats].filter(([, { changed }]) => changed > since);
    moved.sort(([, a], [, b]) => a.changed - b.changed);
    const page = moved.slice(0, limit);
    const hasMore = page.length < moved.length;
    const next = hasMore ? page.at(-1)![1].changed : this.#changes;
    return { chats: page.map(([chat]) => this.listed(chat)), cursor: String(next), hasMore };
  }

  /** A chat as the list has it. */
  listed(chat: number): Record<string, unknown> {
    const state = this.chats.get(chat)!;
    return {
      requestId: uuid(1, chat),
      title: `Chat ${chat}`,
      lastSequence: state.lastSequence,
      revision: String(state.revision),
      unreadCount: state.unreadCount,
      lastReadSequence: state.lastReadSequence,
      totalMessageCount: state.messages.length,
      lastActivityAt: new Date(START_MS + state.changed * 60_000).toISOString(),
      lastMessage: null,
      madeUpByTheServer: { kept: true },
    };
  }

  #page(params: FetchMessagesParams): PageAnswer {
    const found = [...this.chats].find(([chat]) => uuid(1, chat) === params.requestId);
    if (!found) throw Object.assign(new Error('no such chat'), { status: 404 });
    const state = found[1];
    const head = {
      requestId: params.requestId,
      lastSequence: state.lastSequence,
      revision: String(state.revision),
      totalMessageCount: state.messages.length,
      unreadCount: state.unreadCount,
      lastReadSequence: state.lastReadSequence,
    };
    const since = params.sinceRevision === undefined ? null : Number(params.sinceRevision);
    if (since !== null && !(since >= state.forgotten && since <= state.revision)) {
      return { ...head, messages: [], covers: null, tombstones: [], resetRequired: true };
    }
    const { edited, tombstones } = changesOf(state, since ?? state.revision, params.afterSequence ?? 0);
    const { page, covers } = stretchOf(state, params);
    return { ...head, messages: [...edited, ...page], covers, tombstones };
  }

  #stored({ clientTempId }: SendMessageParams): ServerMessage | undefined {
    const all = [...this.chats.values()].flatMap(({ messages }) => messages);
    return all.find((message) => message['clientTempId'] === clientTempId);
  }

  #store({ requestId, ...fields }: SendMessageParams): ServerMessage {
    const found = [...this.chats.keys()].find((chat) => uuid(1, chat) === requestId);
    if (found === undefined) throw Object.assign(new Error('no such chat'), { status: 404 });
    this.post(found, 1, { senderId: 'me', sender: null, ...fields });
    return this.chats.get(found)!.messages.at(-1)!;
  }

  #log(chat: number, kind: Change['kind'], { id, sequenceNumber }: ServerMessage): void {
    const state = this.chats.get(chat)!;
    state.log.push({ revision: state.revision + 1, kind, id, sequenceNumber });
  }

  #moved(chat: number): void {
    const state = this.chats.get(chat)!;
    state.revision += 1;
    state.changed = this.#changes += 1;
    this.signal(chat);
  }
}

/** What was edited (up to `after`) and deleted since a revision. */
function changesOf({ log, messages }: ServerChatState, since: number, after: number) {
  const changes = log.filter(({ revision }) => revision > since);
  const ids = new Set(changes.filter(({ kind }) => kind === 'edited').map(({ id }) => id));
  const deleted = changes.filter(({ kind }) => kind === 'deleted');
  return {
    edited: ids.size ? messages.filter(({ id, sequenceNumber: n }) => n <= after && ids.has(id)) : [],
    tombstones: deleted.map(({ id, sequenceNumber }) => ({ id, sequenceNumber })),
  };
}

/** The newest `limit` messages between two sequence numbers, and the range which that covers. */
function stretchOf({ messages, lastSequence }: ServerChatState, params: FetchMessagesParams) {
  const { afterSequence = 0, beforeSequence = Infinity, limit } = params;
  const inside = messages.filter(({ sequenceNumber: n }) => n > afterSequence && n < beforeSequence);
  const page = inside.slice(-limit);
  const from = inside.length > limit ? page[0]!.sequenceNumber : afterSequence + 1;
  const to = Math.min(beforeSequence - 1, lastSequence);
  return { page, covers: from <= to ? { from, to } : null };
}
