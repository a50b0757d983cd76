import { batch, computed, signal } from '@preact/signals';
import type { CachedMessage, Chat, ChatState, ChatSummary, Gap, MessagePage } from 'chatlarder';
import { connection } from './store';
import {
  entriesOf,
  highOf,
  holeInto,
  isUnsent,
  joined,
  keyOf,
  readAgain,
  stretchOf,
  timelineOf,
  unsentEntriesOf,
  withStretch,
} from './timeline';
import type { Entry, Stretch, Timeline } from './timeline';
import { user } from './user';

/** How many of the newest messages are watched; they are what is on screen first. */
const watchedCount = 50;
/** How many are read from disk at a time. */
const readCount = 100;
/** How many entries come into the document at a time, and how many stay in it at most. */
const stepCount = 60;
const windowCount = 240;

/** What the server has and is in the document: the entries between two sequence numbers. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/** The end of a chat as it was found on disk: what the server has, and what waits to be sent. */
interface Newest {
  readonly settled: Stretch;
  readonly unsent: readonly CachedMessage[];
}

export type FillState = 'filling' | 'failed';

/**
 * One open chat, as the page shows it. It reads from disk what the reader scrolls to, keeps what it has
 * read up to date, and puts a bounded window of it into the document. What waits to be sent stands below the
 * newest message that the server has and belongs to no window.
 *
 * All reads go through one queue, so that each is merged into the timeline that it was made for.
 */
export class Conversation {
  readonly requestId: string;
  readonly chat = signal<ChatSummary | null>(null);
  readonly state = signal<ChatState | null>(null);
  /** A read that failed, until one succeeds. */
  readonly problem = signal<unknown>(null);
  /** Holes that are being filled, or couldn't be, by their lowest number. */
  readonly fills = signal<ReadonlyMap<number, FillState>>(new Map());
  /** Counts up when the list is to go to the newest message. */
  readonly jumps = signal(0);
  /** Messages of others that came while the chat was open, newest last, for a screen reader to say. */
  readonly arrived = signal<readonly CachedMessage[]>([]);
  /** Everything up to here that the server has has been on screen. */
  readonly seen = signal(0);
  /** How far the chat had been read when it was opened, if something was unread; else 0. */
  readUpTo = 0;
  /** Told by the list: whether the reader is at the newest message, and the first one in view. */
  isAtBottom = true;
  readerAt = Infinity;

  #chat: Chat;
  #timeline = signal<Timeline | null>(null);
  #unsent = signal<readonly CachedMessage[]>([]);
  #window = signal<Window>({ from: 0, to: Infinity });
  #watchedFrom = Infinity;
  #queue: Promise<void> = Promise.resolve();
  #isRefreshQueued = false;
  #isMoving = false;
  #isClosed = false;
  #stopWatching: () => void;

  constructor(chat: Chat) {
    this.#chat = chat;
    this.requestId = chat.requestId;
    this.#stopWatching = chat.watch({ limit: watchedCount }, (page) => this.#onWatched(page));
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
  }

  /** Everything read so far that the server has; null until the first page is there. */
  readonly #settled = computed<Entry[] | null>(() => this.#timeline.value && entriesOf(this.#timeline.value));

  readonly #unsentEntries = computed<Entry[]>(() =>
    this.#timeline.value ? unsentEntriesOf(this.#unsent.value, this.#timeline.value) : [],
  );

  readonly #shownSettled = computed<Entry[] | null>(() => {
    const { from, to } = this.#window.value;
    return this.#settled.value?.filter(({ sequence }) => sequence >= from && sequence <= to) ?? null;
  });

  /** Everything read so far, and what waits to be sent; null until the first page is there. */
  readonly entries = computed<Entry[] | null>(
    () => this.#settled.value && [...this.#settled.value, ...this.#unsentEntries.value],
  );

  /** The entries that are in the document. */
  readonly shown = computed<Entry[] | null>(() => {
    const settled = this.#shownSettled.value;
    return settled && !this.hasNewer.value ? [...settled, ...this.#unsentEntries.value] : settled;
  });

  /** Whether there are newer entries than those in the document. */
  readonly hasNewer = computed(
    () => (this.#shownSettled.value?.at(-1) ?? null) !== (this.#settled.value?.at(-1) ?? null),
  );

  /** Whether the document begins with the first message the chat ever had. */
  readonly isAtStart = computed(() => {
    const first = this.#shownSettled.value?.[0];
    const beginsHere = first?.kind === 'message' && first === this.#settled.value?.[0];
    return beginsHere && this.#timeline.value!.low <= 1;
  });

  /** Whether older messages can be read from disk, or brought into the document. */
  readonly hasOlder = computed(() => {
    const timeline = this.#timeline.value;
    if (!timeline) return false;
    return timeline.low > 1 || this.#shownSettled.value?.[0] !== this.#settled.value?.[0];
  });

  /** How many messages of others came after the newest one that was on screen. */
  readonly newCount = computed(() => {
    const messages = this.#timeline.value?.messages ?? [];
    const isNew = (message: CachedMessage) =>
      message.sequenceNumber > this.seen.value && message.senderId !== user.id;
    return messages.filter(isNew).length;
  });

  /**
   * Brings older messages into the document, from memory or from disk. A hole at the top comes first: it is
   * filled when it is in view, and only where that can't be done does reading go on below it.
   */
  async showOlder(): Promise<void> {
    const entries = this.#settled.value;
    if (this.#isMoving || !entries || !this.hasOlder.value) return;
    const first = this.#firstShown();
    if (first === 0 && this.#isFillable(entries[0])) return;
    this.#isMoving = true;
    if (first > 0) this.#moveWindow(first - stepCount);
    else await this.#enqueue(() => this.#readOlder());
    this.#isMoving = false;
    if (first > 0) this.#refreshSoon();
  }

  /** Brings newer messages into the document, after older ones were read. */
  showNewer(): void {
    const entries = this.#settled.value;
    if (this.#isMoving || !entries || !this.hasNewer.value) return;
    const last = entries.findLastIndex(({ sequence }) => sequence <= this.#window.value.to) + stepCount;
    const to = last < entries.length - 1 ? entries[last]!.sequence : Infinity;
    batch(() => {
      this.#window.value = { ...this.#window.value, to };
      this.#trim();
    });
    this.#refreshSoon();
  }

  /** Shows the newest messages, wherever the reader was. */
  jumpToLatest(): void {
    const entries = this.#settled.value;
    if (!entries) return;
    batch(() => {
      const from = entries.at(-watchedCount)?.sequence ?? entries[0]?.sequence ?? 0;
      if (this.hasNewer.value) this.#window.value = { from, to: Infinity };
      this.jumps.value++;
    });
  }

  /** Writes a message and shows it. Resolves once it is kept on this device; it is sent by itself. */
  async send(content: string): Promise<void> {
    await this.#chat.send({ content });
    this.jumpToLatest();
  }

  /** A message as it is now: the server may have got it meanwhile, or it is gone. */
  current(message: CachedMessage): CachedMessage | null {
    const key = keyOf(message);
    const isIt = (entry: Entry) => entry.kind === 'message' && keyOf(entry.message) === key;
    const found = this.entries.value?.findLast(isIt);
    return found?.kind === 'message' ? found.message : null;
  }

  /** Fetches the newest page of a hole and shows it. */
  async fill(gap: Gap): Promise<void> {
    if (this.fills.value.get(gap.startSeq) === 'filling') return;
    this.#setFill(gap, 'filling');
    try {
      await this.#chat.fill(gap);
      await this.#enqueue(() => this.#readFilled(gap));
      this.#setFill(gap, null);
    } catch {
      this.#setFill(gap, 'failed');
    }
  }

  /** Asks the server what changed. Where that fails, the chat's state says so. */
  async sync(): Promise<void> {
    await this.#chat.sync().catch(() => {});
  }

  /** Reads what is in the document again, after a change to this chat. Calls close together make one read. */
  refresh(): void {
    this.#refreshSoon();
  }

  #setFill({ startSeq }: Gap, state: FillState | null): void {
    const fills = new Map(this.fills.value);
    if (state) fills.set(startSeq, state);
    else fills.delete(startSeq);
    this.fills.value = fills;
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#isClosed) return;
      try {
        await task();
        this.problem.value = null;
      } catch (error) {
        this.problem.value = error;
      }
    });
    return this.#queue;
  }

  #onWatched(page: MessagePage): void {
    if (this.#isClosed) return;
    if (!this.chat.value && page.chat?.unreadCount) this.readUpTo = page.chat.lastReadSequence;
    batch(() => {
      this.chat.value = page.chat;
      this.state.value = page.state;
    });
    void this.#enqueue(async () => this.#takeNewest(await this.#newestOf(page)));
  }

  /** All that waits, and as many below it as are watched: what waits may fill a page by itself. */
  async #newestOf(page: MessagePage): Promise<Newest> {
    for (let limit = watchedCount; ; page = await this.#chat.messages({ limit })) {
      const unsent = page.messages.filter(isUnsent);
      const enough = unsent.length + watchedCount;
      if (page.messages.length < limit || enough <= limit) return { settled: stretchOf(page, limit), unsent };
      limit = enough;
    }
  }

  async #takeNewest({ settled: newest, unsent }: Newest): Promise<void> {
    const timeline = this.#timeline.value;
    const high = timeline ? highOf(timeline) : 0;
    this.#watchedFrom = newest.messages[0]?.sequenceNumber ?? newest.from;
    const isApart = newest.from > high + 1;
    if (!timeline || (isApart && this.isAtBottom)) this.#begin(newest, unsent);
    else if (isApart) await this.#merge(joined(await this.#read(high + 1, newest.from - 1), newest), unsent);
    else await this.#merge(newest, unsent);
    if (timeline) this.#announce(newest, high);
  }

  #begin(newest: Stretch, unsent: readonly CachedMessage[]): void {
    batch(() => {
      this.#timeline.value = timelineOf(newest);
      this.#unsent.value = readAgain(this.#unsent.value, unsent);
      this.#window.value = { from: newest.from, to: Infinity };
    });
  }

  #announce({ messages }: Stretch, high: number): void {
    const arrived = messages.filter(
      ({ sequenceNumber, senderId }) => sequenceNumber > high && senderId !== user.id,
    );
    if (arrived.length) this.arrived.value = arrived;
  }

  /** Takes in what was read. Where a hole below it is over and the reader further down, that is read too. */
  async #merge(stretch: Stretch, unsent = this.#unsent.value): Promise<void> {
    let whole = stretch;
    for (let hole = this.#holeAboveReader(whole); hole; hole = this.#holeAboveReader(whole)) {
      whole = joined(await this.#read(hole.startSeq, whole.from - 1), whole);
    }
    batch(() => {
      this.#timeline.value = withStretch(this.#timeline.value!, whole);
      this.#unsent.value = readAgain(this.#unsent.value, unsent);
      this.#trim();
    });
  }

  #holeAboveReader(stretch: Stretch): Gap | null {
    const hole = holeInto(this.#timeline.value!, stretch);
    const { from } = this.#window.value;
    return hole && from < stretch.from && from !== hole.startSeq ? hole : null;
  }

  /** Reads all that is on disk from `from` (or from below it) to `to`. */
  async #read(from: number, to: number): Promise<Stretch> {
    let stretch = await this.#readBelow(to + 1);
    while (stretch.from > from) stretch = joined(await this.#readBelow(stretch.from), stretch);
    return stretch;
  }

  async #readBelow(before: number): Promise<Stretch> {
    return stretchOf(await this.#chat.messages({ limit: readCount, before }), readCount, before);
  }

  async #readOlder(): Promise<void> {
    await this.#merge(await this.#readBelow(this.#timeline.value!.low));
    this.#moveWindow(this.#firstShown() - stepCount);
  }

  /** After a fill: what came, and what is left of the hole. */
  async #readFilled({ startSeq, endSeq }: Gap): Promise<void> {
    const isOldest = this.#timeline.value!.low >= startSeq;
    const stretch = isOldest ? await this.#readBelow(endSeq + 1) : await this.#read(startSeq, endSeq);
    await this.#merge(stretch);
  }

  #refreshSoon(): void {
    if (this.#isRefreshQueued || this.#isClosed) return;
    this.#isRefreshQueued = true;
    void this.#enqueue(async () => {
      this.#isRefreshQueued = false;
      const shown = this.#shownSettled.value?.find(({ kind }) => kind === 'message');
      const to = Math.min(this.#shownSettled.value?.at(-1)?.sequence ?? 0, this.#watchedFrom - 1);
      if (shown && shown.sequence <= to) await this.#merge(await this.#read(shown.sequence, to));
    });
  }

  #firstShown(): number {
    return this.#settled.value!.findIndex(({ sequence }) => sequence >= this.#window.value.from);
  }

  #isFillable(entry: Entry | undefined): boolean {
    const isRefused = entry && this.fills.value.get(entry.sequence) === 'failed';
    return entry?.kind === 'gap' && connection.value === 'online' && !isRefused;
  }

  #moveWindow(first: number): void {
    batch(() => {
      const from = this.#settled.value![Math.max(0, first)]?.sequence ?? 0;
      this.#window.value = { ...this.#window.value, from };
      this.#trim();
    });
  }

  /** Takes out of the document what is too much, at the end that is farther from the reader. */
  #trim(): void {
    const shown = this.#shownSettled.value;
    if (!shown || shown.length <= windowCount) return;
    const reader = shown.findIndex(({ sequence }) => sequence >= this.readerAt);
    const middle = reader < 0 ? shown.length : reader;
    const start = Math.min(Math.max(0, middle - windowCount / 2), shown.length - windowCount);
    const end = start + windowCount;
    this.#window.value = {
      from: shown[start]!.sequence,
      to: end < shown.length ? shown[end - 1]!.sequence : this.#window.value.to,
    };
  }
}
