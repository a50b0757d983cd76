import type { Larder, MediaDetail, QuotaDetail } from '../client.js';
import type { LarderError } from '../errors.js';
import { tapChannelName, type TapMessage, type TappedStep } from '../tapped.js';
import type { Stored } from './stored.js';
import { sizeText } from './text.js';

/** Something that the page was told of, or that was found gone. */
export interface Entry {
  at: number;
  kind: 'evicted' | 'media' | 'quota' | 'error' | 'connection' | 'closed';
  /** What it is about; it may name a chat or a file. */
  subject: string;
  /** What became of it, in words without names. */
  text: string;
}

/** A step, and how long the calls took whose replies it brought. */
export type LoggedStep = TappedStep & { callMs: (number | null)[] };

const KEPT_MAX = 500;
/** Well below what a worker waits for. */
const ATTACH_EVERY_MS = 30_000;

/**
 * What happens to a larder, from the time when it is made: its events, and the steps of the core in whichever
 * tab it runs.
 */
export class Log {
  readonly entries: Entry[] = [];
  readonly steps: LoggedStep[] = [];
  paused = false;
  readonly #larder: Larder;
  readonly #stop = new AbortController();
  readonly #channel: BroadcastChannel | null;
  readonly #begun = new Map<number, number>();
  readonly #timer: ReturnType<typeof setInterval>;
  #known: Stored | null = null;

  /** `onChange`: something is to be shown; `stored`: and it may be in the database. */
  constructor(larder: Larder, onChange: (stored: boolean) => void) {
    this.#larder = larder;
    this.#listen(onChange);
    const isShared = 'BroadcastChannel' in globalThis;
    this.#channel = isShared ? new BroadcastChannel(tapChannelName(larder.databaseName)) : null;
    if (this.#channel)
      this.#channel.onmessage = ({ data }: MessageEvent<TapMessage>) => {
        if ('step' in data) this.#take(data.step, onChange);
        else if ('here' in data || !data.attach) this.#attach(true);
      };
    this.#attach(true);
    this.#timer = setInterval(() => this.#attach(true), ATTACH_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop.abort();
    this.#attach(false);
    this.#channel?.close();
  }

  clear(): void {
    this.steps.length = 0;
    this.entries.length = 0;
  }

  /** Compares what is stored with what was stored before: what went was evicted or deleted. */
  compare(stored: Stored): void {
    const before = this.#known;
    this.#known = stored;
    if (!before) return;
    const media = new Map(stored.media.map((meta) => [meta.id, meta]));
    for (const { id, localBlobKey, fileSize } of before.media) {
      if (localBlobKey && !media.get(id)?.localBlobKey)
        this.#add('evicted', id, `a file of ${sizeText(fileSize)}`);
    }
    const chats = new Map(before.chats.map((chat) => [chat.requestId, chat]));
    for (const { requestId, evictedBelow = 0 } of stored.chats) {
      const { evictedBelow: was = 0 } = chats.get(requestId) ?? {};
      if (evictedBelow > was) this.#add('evicted', requestId, `messages up to number ${evictedBelow}`);
    }
  }

  #attach(attach: boolean): void {
    this.#channel?.postMessage({ attach } satisfies TapMessage);
  }

  #listen(onChange: (stored: boolean) => void): void {
    const on = (type: string, hear: (detail: unknown) => void, stored = true) => {
      const listener = (event: Event) => {
        hear((event as CustomEvent).detail);
        onChange(stored);
      };
      this.#larder.addEventListener(type, listener, { signal: this.#stop.signal });
    };
    on('change', () => {});
    on('media', (detail) => this.#hearMedia(detail as MediaDetail));
    on('quota', (detail) => this.#hearQuota(detail as QuotaDetail));
    on('connection', () => this.#add('connection', '', this.#larder.connection), false);
    on('closed', () => this.#add('closed', '', 'another tab upgraded or deleted the database'), false);
    on('error', (detail) => {
      const { code, path, requestId } = detail as LarderError;
      this.#add('error', requestId ?? '', `${code}${path ? ` (${path})` : ''}`);
    });
  }

  #hearMedia({ id, status, progress, reason }: MediaDetail): void {
    if (progress === undefined || status !== 'downloading')
      this.#add('media', id, reason ? `${status}: ${reason}` : status);
  }

  #hearQuota({ level, total, limit, notKept }: QuotaDetail): void {
    const full = `${level}: ${sizeText(total)} of ${sizeText(limit)}`;
    this.#add('quota', notKept ?? '', notKept ? `${full}; a file was not kept` : full);
  }

  #add(kind: Entry['kind'], subject: string, text: string): void {
    keep(this.entries, { at: Date.now(), kind, subject, text });
  }

  #take(step: TappedStep, onChange: (stored: boolean) => void): void {
    if (this.paused) return;
    const callMs = step.events.map(({ call }) => this.#tookOf(call, step.at));
    if (this.#begun.size > KEPT_MAX) this.#begun.clear(); // of calls that were given up
    for (const { id } of step.calls) this.#begun.set(id, step.at);
    keep(this.steps, { ...step, callMs });
    onChange(false);
  }

  #tookOf(call: number | undefined, at: number): number | null {
    if (call === undefined) return null;
    const begun = this.#begun.get(call);
    this.#begun.delete(call);
    return begun === undefined ? null : at - begun;
  }
}

function keep<T>(list: T[], one: T): void {
  list.push(one);
  if (list.length > KEPT_MAX) list.splice(0, list.length - KEPT_MAX);
}
