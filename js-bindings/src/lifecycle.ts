import type { OutboxOwner } from './background.js';
import type { Larder } from './client.js';
import type { PlanSignal } from './core.js';
import type { Link } from './link.js';
import { channelName, type SharedSignals } from './port.js';

/** What a page's life means to its larder. */
export interface LifecycleEvents {
  /** Other tabs say what changed. */
  onSignals(signals: PlanSignal[]): void;
  /** Another tab leads than before; the one before may have died without saying what it did last. */
  onLeader(): void;
  /** Another tab deletes everything that is stored. */
  onDestroyed(): void;
  /** The browser says that there is a network. */
  onOnline(): void;
  /** The page was put away, and is back: what it knows of storage may be old. `opened` are chats. */
  onReturn(opened: string[]): void;
  link(): Promise<Link>;
}

/**
 * What the browser says of network, visibility and the page's life, and what other tabs say of changes. A
 * page that is put away or frozen leaves its part among the tabs to others, and takes one again when it is
 * back. It comes with the worker, and is loaded with it.
 */
export class Lifecycle {
  readonly #larder: Larder;
  readonly #instance: string;
  readonly #owner: OutboxOwner;
  readonly #events: LifecycleEvents;
  #away = false;
  /** The latest leader's that was heard. */
  #generation = 0;
  #syncAsked = false;

  constructor(larder: Larder, instance: string, owner: OutboxOwner, events: LifecycleEvents) {
    this.#larder = larder;
    this.#instance = instance;
    this.#owner = owner;
    this.#events = events;
    const page = globalThis.document as Document | undefined;
    this.#on(globalThis, 'online', () => this.#connect(true));
    this.#on(globalThis, 'offline', () => this.#connect(false));
    this.#on(globalThis, 'pagehide', () => this.#leave());
    this.#on(globalThis, 'pageshow', () => this.#return());
    this.#on(page, 'freeze', () => this.#leave());
    this.#on(page, 'resume', () => this.#return());
    this.#on(page, 'visibilitychange', () => this.#seen());
    this.#on(larder, 'outbox', () => void this.#askForSync());
    this.#on(larder, 'connection', () => void this.#askForSync());
    if (larder.capabilities.broadcast) this.#listen();
  }

  #on(target: EventTarget | undefined, type: string, listener: () => void): void {
    target?.addEventListener(type, listener, { signal: this.#larder.leaving });
  }

  #listen(): void {
    const channel = new BroadcastChannel(channelName(this.#larder.databaseName));
    channel.onmessage = ({ data }: MessageEvent<SharedSignals>) => {
      if (data.destroyed) this.#events.onDestroyed();
      else if (data.from !== this.#instance) this.hear(data.signals, data.generation);
    };
    // without `leaving` as the listener's signal, which takes it away before it hears of this
    this.#larder.leaving.addEventListener('abort', () => channel.close());
  }

  /**
   * Signals of the own worker, or of another tab. What a leader says that has been superseded meanwhile (it
   * was frozen, say) is how things were.
   */
  hear(signals: PlanSignal[], generation = this.#generation): void {
    if (generation < this.#generation) return;
    if (generation > this.#generation) this.#events.onLeader();
    this.#generation = generation;
    this.#events.onSignals(signals);
  }

  /** What is stored was made anew: whoever leads counts from the start. */
  clear(): void {
    this.#generation = 0;
  }

  #connect(online: boolean): void {
    this.#larder.tell('connectivity', { online });
    if (online) this.#events.onOnline();
  }

  #leave(): void {
    if (this.#away) return;
    this.#away = true;
    this.#tell('hidden');
  }

  #return(): void {
    if (!this.#away) return;
    this.#away = false;
    this.#tell('shown');
  }

  #tell(kind: 'hidden' | 'shown'): void {
    const tell = (link: Link) => {
      link.post({ kind });
      if (kind === 'shown') this.#events.onReturn(link.opened());
    };
    this.#events.link().then(tell, () => {}); // without a worker there is nothing to leave
  }

  #seen(): void {
    if (document.visibilityState === 'visible') this.#larder.tell('signal', {});
    else void this.#askForSync();
  }

  /**
   * What can't be sent from here, now or before the page goes, the app's service worker may send. The browser
   * is asked once for all that waits until the page sends again.
   */
  async #askForSync(): Promise<void> {
    const { connection, outbox } = this.#larder;
    const isSending = connection === 'online' && document.visibilityState === 'visible';
    const asked = this.#syncAsked;
    this.#syncAsked = !isSending;
    if (isSending || asked || !('serviceWorker' in navigator)) return;
    const operations = await outbox.list().catch(() => []);
    this.#syncAsked = operations.some(({ status }) => status !== 'failed');
    if (!this.#syncAsked) return;
    await import('./background.js').then(({ askForSync }) => askForSync(this.#owner)).catch(() => {});
  }
}
