/** Tabs of one user, as a spec sees them from outside. */
import type * as chatlarder from 'chatlarder';
import type { Larder, LarderOptions } from 'chatlarder';
import { openRaw, requestDone, transactionDone } from './database.js';

/** What tabs say to each other, with the version of how. */
interface Said {
  v: number;
  kind: string;
  from: string;
  [member: string]: unknown;
}

const PROTOCOL = 1;
const BEAT_MS = 300;

export function channelOf(databaseName: string): string {
  return `chatlarder:${databaseName}`;
}

/** Everything that is said on the channels of a database's tabs. */
export class Overheard {
  readonly said: Said[] = [];
  readonly signals: { from: string; signals: { type: string; [member: string]: unknown }[] }[] = [];
  readonly #channels: BroadcastChannel[] = [];

  listen(databaseName: string): this {
    const name = channelOf(databaseName);
    this.#on(name, (data) => this.signals.push(data as never));
    this.#on(`${name}:commands`, (data) => this.said.push(data as Said));
    return this;
  }

  kinds(): string[] {
    return this.said.map(({ kind }) => kind);
  }

  text(): string {
    return JSON.stringify([this.said, this.signals]);
  }

  close(): void {
    for (const channel of this.#channels.splice(0)) channel.close();
  }

  #on(name: string, hear: (data: unknown) => void): void {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => hear(data);
    this.#channels.push(channel);
  }
}

/**
 * Holds a database's lock as a tab that leads does, and does nothing of what it is asked. While it `beats` it
 * says that it is there; then it is as one that is frozen.
 */
export class IdleLeader {
  /** Whether the lock was taken from it. */
  robbed = false;
  #release = () => {};
  #channel: BroadcastChannel | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  async lead(databaseName: string): Promise<this> {
    const name = channelOf(databaseName);
    await new Promise<void>((held) => {
      const hold = () => new Promise<void>((release) => ((this.#release = release), held()));
      navigator.locks.request(name, hold).catch(() => (this.robbed = true));
    });
    this.#channel = new BroadcastChannel(`${name}:commands`);
    this.#channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.kind === 'here' && this.#timer) this.#beat();
    };
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#beat();
    return this;
  }

  say(message: Said): void {
    this.#channel!.postMessage(message);
  }

  freeze(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  release(): void {
    this.freeze();
    this.#channel?.close();
    this.#release();
  }

  #beat(): void {
    this.say({ v: PROTOCOL, kind: 'leads', from: 'idle', generation: 1 });
  }
}

/** The keys of `cache_stats` that begin so: `mail:` what waits to be carried out, `answer:` what was. */
export async function keysOf(databaseName: string, prefix: string): Promise<string[]> {
  const db = await openRaw(databaseName);
  try {
    const keys = await requestDone(db.transaction('cache_stats').objectStore('cache_stats').getAllKeys());
    return (keys as string[]).filter((key) => key.startsWith(prefix));
  } finally {
    db.close();
  }
}

/** Claims the database, as a tab does that leads from now on. */
export async function claim(databaseName: string): Promise<void> {
  const db = await openRaw(databaseName);
  try {
    const transaction = db.transaction('cache_stats', 'readwrite');
    const stats = transaction.objectStore('cache_stats');
    const { generation } = (await requestDone(stats.get('leader'))) as { generation: number };
    stats.put({ key: 'leader', generation: generation + 1 });
    await transactionDone(transaction);
  } finally {
    db.close();
  }
}

type FrameWindow = Window & typeof globalThis;

/** A page of its own inside this one: other globals, another life. */
export class Frame {
  readonly window: FrameWindow;
  readonly #element: HTMLIFrameElement;

  private constructor(element: HTMLIFrameElement) {
    this.#element = element;
    this.window = element.contentWindow as FrameWindow;
  }

  static async open(): Promise<Frame> {
    const element = document.createElement('iframe');
    element.src = '/blank.html';
    const loaded = new Promise((resolve) => element.addEventListener('load', resolve));
    document.body.append(element);
    await loaded;
    return new Frame(element);
  }

  /** As in a browser that hasn't these. */
  without(...names: ('Worker' | 'BroadcastChannel' | 'locks')[]): this {
    for (const name of names) {
      const owner: object = name === 'locks' ? this.window.Navigator.prototype : this.window;
      Reflect.deleteProperty(owner, name);
    }
    return this;
  }

  async openLarder(options: LarderOptions): Promise<Larder> {
    const load = new this.window.Function('return import("/dist/index.js")') as () => Promise<
      typeof chatlarder
    >;
    return (await load()).openLarder(options);
  }

  /** Its larder says nothing of a kind to other tabs any more, or not each time: `drops` decides. */
  lose(drops: (kind: string) => boolean): void {
    const { prototype } = this.window.BroadcastChannel;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its channel
    const post = prototype.postMessage;
    prototype.postMessage = function (this: BroadcastChannel, message: { kind?: string }) {
      if (!drops(message.kind ?? 'signals')) post.call(this, message);
    };
  }

  /** It goes as a page that is put away, or comes back. */
  turn(type: 'pagehide' | 'pageshow', persisted: boolean): void {
    this.window.dispatchEvent(new this.window.PageTransitionEvent(type, { persisted }));
  }

  /** It is gone, with all that runs in it. */
  remove(): void {
    this.#element.remove();
  }
}
