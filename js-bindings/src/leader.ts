import type { CoreEvent, MediaResult } from './core.js';
import { LarderError, reasonOf } from './errors.js';
import type { ErrorCode } from './gen/schema.js';
import type { Host, Reply } from './host.js';
import { DatabaseLock, heldLocks, hold, lockOf, whenFree } from './locks.js';
import { addressed, dropAnswers, getAnswer, mailKeyOf, putMail, takeBackMail } from './mail.js';
import { Mailbox } from './mailbox.js';
import { channelName } from './port.js';
import { TabCore, type Happened, type Move, type MoveName, type TabMessage } from './tab-core.js';

export interface TabOptions {
  /** Of the page: its commands' ids begin with it. */
  instance: string;
  /** Of this tab among those of the database. */
  tab: string;
  databaseName: string;
  openTimeoutMs: number;
}

/** Whom a tab tells. */
export interface TabEvents {
  /** It leads from now on: a host that has not begun yet. */
  makeHost(module: WebAssembly.Module): Host;
  /** How commands of this tab ended. */
  onReplies(replies: Reply[]): void;
  /**
   * It can't be handed to who leads, and may be carried out without being stored; or what it gives can't be
   * stored there, and is not sent from tab to tab.
   */
  onVolatile(event: CoreEvent): void;
  /** While this one leads: another tab has come, or has opened a chat, and is to hear how things are. */
  onCome(): void;
  onOpened(requestId: string): void;
  /** While this one leads: another tab was given credentials, which it keeps to itself. */
  onCredentials(): void;
  onError(code: ErrorCode, reason: string): void;
}

/** What of an answer tells nothing of what people write: the rest goes through storage. */
const RESULT_MEMBERS = ['id', 'kept', 'key', 'mimeType', 'bytes', 'removed', 'refetched'];

/**
 * One worker among those of a database's tabs: it carries out what the C side decides (`TabCore`). The one
 * that leads has a host; the others hand it what their page wants. Between them go ids, numbers and codes;
 * what has content goes through storage.
 */
export class Tab {
  readonly #options: TabOptions;
  readonly #events: TabEvents;
  readonly #mailbox: Mailbox;
  readonly #lock: DatabaseLock;
  readonly #channel: BroadcastChannel | null = null;
  /** Aborted when it has closed. */
  readonly #leave = new AbortController();
  #closed = false;
  #hidden = false;
  #core: TabCore | null = null;
  #module: WebAssembly.Module | null = null;
  /** What this tab's page has handed in before it was known whether another tab leads; null: it is known. */
  #early: CoreEvent[] | null = [];
  /** Why nothing can be done here. */
  #failure: LarderError | null = null;
  /** What happened during a step. */
  readonly #happened: Happened[] = [];
  #stepping = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #host: Host | null = null;
  /** What a host was told last of the network. */
  #online: unknown;
  /** Settles when the database is at rest after a host was dropped. */
  #atRest: Promise<void> = Promise.resolve();
  /** The lock is asked for and let go of in order, ... */
  #locking: Promise<void> = Promise.resolve();
  /** ... and so is taken what other tabs hand over, and left in storage what is handed to them. */
  #line: Promise<void> = Promise.resolve();
  #numbers = 0;
  /** The page's events that are not done with, by number, and the numbers of its commands. */
  readonly #kept = new Map<number, CoreEvent>();
  readonly #commands = new Map<string, number>();
  /** Those that could be had back neither from storage nor left there: they are tried again. */
  #unstored: CoreEvent[] = [];
  /** What other tabs have opened: chats, by view. */
  readonly #opened = new Map<string, string>();
  /** How this tab begins what it says. */
  #voice: Pick<TabMessage, 'v' | 'from'> | null = null;

  constructor(options: TabOptions, events: TabEvents) {
    const { databaseName, openTimeoutMs } = options;
    this.#options = options;
    this.#events = events;
    this.#mailbox = new Mailbox(databaseName, openTimeoutMs);
    this.#lock = new DatabaseLock(databaseName, {
      onGranted: () => {
        this.#tell('granted');
        this.#begin();
      },
      onWaiting: () => this.#begin(),
      onLost: () => this.#tell('lost'),
    });
    if (!('BroadcastChannel' in globalThis)) return;
    this.#channel = new BroadcastChannel(`${channelName(databaseName)}:commands`);
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#hear(data);
  }

  /** Takes its place among the tabs. When its C side can't be had, it answers everything with that. */
  async start(module: Promise<WebAssembly.Module>): Promise<void> {
    const { databaseName, tab } = this.#options;
    try {
      this.#module = await module;
      const core = await TabCore.create(this.#module);
      const locks = await hold(lockOf(databaseName, tab), this.#leave.signal);
      if (this.#closed) return;
      this.#core = core;
      this.#happen({ type: 'start', instance: tab, locks, channel: this.#channel !== null });
      if (this.#hidden) this.#tell('hidden');
      if (!locks) this.#begin();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hands in an event of the page, here or where it is led. */
  push(event: CoreEvent): void {
    if (this.#failure) return this.#refuse(event, this.#failure);
    if (this.#early) return void this.#early.push(event);
    this.#retry();
    this.#take(event);
  }

  /** Hands on how commands ended, to this tab's page and to the other tabs. */
  deliver(replies: Reply[]): void {
    const own = replies.filter(({ command }) => this.#isOwn(command));
    for (const reply of own) this.#answer(reply, true);
    if (own.length === replies.length) return;
    const others = replies.filter(({ command }) => !this.#isOwn(command));
    this.#say('answers', { replies: others.map(withoutContent) });
  }

  /** These commands can't be stored: whoever wrote them is to see to them in memory. */
  deliverVolatile(events: CoreEvent[]): void {
    const own = events.filter(({ header }) => this.#isOwn(String(header['command'])));
    for (const event of own) this.#events.onVolatile(event);
    const others = events.filter((event) => !own.includes(event));
    const why = { code: 'storage', durable: false } as const;
    if (others.length)
      this.#say('answers', { replies: others.map(({ header }) => ({ command: header['command'], ...why })) });
  }

  /** This host found that another one has claimed the database. */
  fenced(host: Host): void {
    if (this.#host === host) this.#tell('fenced');
  }

  /** The page is put away or frozen, or (`shown`) is back. */
  hide(): void {
    this.#hidden = true;
    this.#tell('hidden');
  }

  show(): void {
    this.#hidden = false;
    this.#tell('shown');
  }

  /** Lets go of everything, with the database at rest and everything handed over. */
  async close(): Promise<void> {
    this.#closed = true;
    this.hide();
    this.#core = null;
    clearTimeout(this.#timer);
    await Promise.all([this.#atRest, this.#locking, this.#line]);
    this.#lock.release();
    this.#channel?.close();
    await this.#mailbox.close();
    this.#leave.abort();
  }

  /* ---- what happens ---- */

  /** What comes before there is a C side is said after `start`. */
  #tell(type: 'granted' | 'lost' | 'fenced' | 'hidden' | 'shown'): void {
    if (this.#core) this.#happen({ type });
  }

  /** It is known whether another tab has the lock. */
  #begin(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const event of early) this.#take(event);
  }

  #take(event: CoreEvent): void {
    const { type: name, command, of, view } = event.header;
    const n = (this.#numbers += 1);
    const named = view === undefined ? event : withView(event, `${this.#options.tab}:${view as string}`);
    this.#kept.set(n, named);
    if (typeof command === 'string') this.#commands.set(command, n);
    const body = event.body ? { body: true } : {};
    this.#happen({ type: 'event', n, name, command, of, view: named.header['view'], ...body });
  }

  #retry(): void {
    for (const event of this.#unstored.splice(0)) this.#take(event);
  }

  #happen(happened: Happened): void {
    this.#happened.push(happened);
    if (this.#stepping || !this.#core) return;
    this.#stepping = true;
    try {
      for (let next; (next = this.#happened.shift());) this.#step(this.#core, next);
    } catch (error) {
      this.#fail(error);
    }
    this.#stepping = false;
  }

  #step(core: TabCore, happened: Happened): void {
    const { moves, deadline } = core.step(happened, Date.now());
    for (const move of moves) this.#moves[move.do](move, happened['message'] as TabMessage);
    clearTimeout(this.#timer);
    if (deadline === null || this.#closed) return;
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, deadline - Date.now()));
  }

  #wake(): void {
    this.#retry();
    this.#happen({ type: 'deadline' });
  }

  /** Nothing can be decided any more: the lock is for others, and every command is answered with that. */
  #fail(error: unknown): void {
    const failure =
      error instanceof LarderError ? error : new LarderError('core', { reason: reasonOf(error) });
    this.#failure = failure;
    this.#core = null;
    this.#leave.abort();
    this.#lock.release();
    void this.#host?.close();
    const waiting = [...(this.#early ?? []), ...this.#kept.values()];
    for (const event of waiting) this.#refuse(event, failure);
    this.#events.onError(failure.code, failure.reason ?? '');
  }

  /* ---- what is done about it ---- */

  readonly #moves: { [name in MoveName]: (move: Move, heard: TabMessage) => void } = {
    lock: () => this.#inTurn(() => void this.#lock.ask()),
    steal: () => this.#inTurn(() => void this.#lock.steal()),
    unlock: () => this.#inTurn(() => this.#atRest.then(() => this.#lock.release())),
    lead: () => this.#lead(),
    stop: () => this.#stop(),
    push: ({ n }) => this.#give(this.#host, this.#kept.get(n)!),
    mail: ({ n }) => this.#inOrder(() => this.#mail(n)),
    hand: (move) => this.#hand(move),
    forget: ({ n }) => this.#forget(n),
    accept: (_, heard) => this.#accept(heard),
    watch: ({ instance }) => this.#watch(instance),
    post: ({ message }) => this.#post(message),
    orphan: ({ instance }) => this.#orphan(instance),
  };

  #inTurn(work: () => Promise<void> | void): void {
    this.#locking = this.#locking.then(work);
  }

  #inOrder(work: () => Promise<void> | void): void {
    this.#line = this.#line.then(work);
  }

  #lead(): void {
    const host = (this.#host = this.#events.makeHost(this.#module!));
    const isGone = () => this.#host !== host;
    this.#opened.clear();
    host.start().then(
      () => isGone() || this.#leads(host.generation),
      (error: unknown) => isGone() || this.#happen({ type: 'failed', reason: reasonOf(error) }),
    );
  }

  #leads(generation: number): void {
    this.#happen({ type: 'leading', generation });
    this.#inOrder(() => this.#dropAnswers().catch(() => {})); // the next one does it
  }

  /** A page that is there may still look for its answers. */
  async #dropAnswers(): Promise<void> {
    if (!navigator.locks) return;
    const held = await heldLocks();
    const { databaseName } = this.#options;
    const isAwaited = (command: string) => held.has(lockOf(databaseName, command.split(':')[0]!));
    await this.#mailbox.use((db) => dropAnswers(db, isAwaited));
  }

  #stop(): void {
    const host = this.#host;
    this.#host = null;
    if (!host) return;
    this.#atRest = Promise.all([this.#atRest, host.close()]).then(() => {});
    this.#inOrder(() => this.#atRest); // what it still commits is answered, and need not be handed over
  }

  #hand({ n, message }: Move): void {
    const event = this.#kept.get(n)!;
    const key = mailKeyOf(event);
    this.#post({ ...message, ...(key === null ? { header: event.header } : { key }) });
  }

  #post(message: TabMessage): void {
    const { v, from } = message;
    this.#voice = { v, from };
    this.#channel?.postMessage(message);
  }

  /** Of a kind of the executor's own. */
  #say(kind: string, members: object): void {
    if (this.#voice) this.#channel?.postMessage({ ...this.#voice, kind, ...members });
  }

  /** A `hint` is the service worker's, of files that it gave out. */
  #hear(message: TabMessage): void {
    if (message.kind === 'hint')
      return this.#host?.push({ header: message['header'] as CoreEvent['header'] });
    this.#happen({ type: 'heard', message });
    if (message.v !== this.#voice?.v) return; // of another version of the package: a sign of life
    if (message.kind === 'here' && message['fresh'] && this.#host) this.#events.onCome();
    if (message.kind !== 'answers') return;
    const replies = message['replies'] as Reply[];
    for (const reply of replies) if (this.#isOwn(reply.command)) this.#answer(reply, false);
  }

  #accept({ header, key }: TabMessage): void {
    const host = this.#host;
    if (key) return this.#inOrder(() => host?.collect(key as string));
    const event = { header } as CoreEvent;
    const { type, view, requestId } = event.header;
    if (type === 'credentials') return this.#events.onCredentials();
    if (type === 'connectivity' && event.header['online'] === this.#online) return; // all tabs say so
    if (type === 'open') this.#opened.set(String(view), String(requestId));
    if (type === 'close') this.#opened.delete(String(view));
    this.#inOrder(() => this.#give(host, event));
    if (type === 'open') this.#inOrder(() => this.#events.onOpened(String(requestId)));
  }

  #give(host: Host | null, event: CoreEvent): void {
    if (event.header.type === 'connectivity') this.#online = event.header['online'];
    host?.push(event);
  }

  #watch(instance: string): void {
    const name = lockOf(this.#options.databaseName, instance);
    whenFree(name, this.#leave.signal, () => this.#happen({ type: 'gone', instance }));
  }

  /** What a tab had opened is closed when it is no more. */
  #orphan(instance: string): void {
    for (const [view, requestId] of this.#opened) {
      if (!view.startsWith(`${instance}:`)) continue;
      this.#opened.delete(view);
      this.#inOrder(() => this.#host?.push({ header: { type: 'close', requestId, view } }));
    }
  }

  /* ---- what goes by storage ---- */

  async #mail(n: number): Promise<void> {
    const event = this.#kept.get(n);
    if (!event) return;
    const letter = addressed(event);
    this.#kept.set(n, letter);
    try {
      const reply = await this.#mailbox.use((db) => putMail(db, letter));
      if (reply) this.#end(n, reply);
      else this.#happen({ type: 'mailed', n });
    } catch (error) {
      this.#notMailed(n, letter, error, mailKeyOf(event) !== null);
    }
  }

  /** What lay there before may have been carried out: that is found out later. */
  #notMailed(n: number, event: CoreEvent, error: unknown, wasMailed: boolean): void {
    const { volatile } = event.header;
    if (wasMailed || volatile) this.#unstored.push(event);
    if (!wasMailed || volatile) this.#refuse(event, error);
    this.#happen({ type: 'unmailed', n });
  }

  #refuse(event: CoreEvent, error: unknown): void {
    const command = event.header['command'];
    if (event.header['volatile']) return this.#events.onVolatile(event);
    if (typeof command !== 'string') return;
    const code = error instanceof LarderError ? error.code : 'storage';
    this.#events.onReplies([{ command, code, reason: reasonOf(error), durable: false }]);
  }

  /* ---- how commands end ---- */

  #isOwn(command: string): boolean {
    return command.startsWith(`${this.#options.instance}:`);
  }

  /** An answer of the own host (`here`), or of the one in another tab. */
  #answer(reply: Reply, here: boolean): void {
    const n = this.#commands.get(reply.command);
    const event = n === undefined ? undefined : this.#kept.get(n);
    const isInMemory = reply.durable === false && !reply.code;
    if (!event && !isInMemory) this.#giveUp(reply.command);
    if (n === undefined || !event || isInMemory) return this.#events.onReplies([reply]);
    if (isElsewhere(reply)) {
      this.#done(n);
      return this.#events.onVolatile(event);
    }
    if (mailKeyOf(event) === null) return this.#end(n, reply);
    if (reply.durable === false) return this.#inOrder(() => this.#takeBack(n, event, reply));
    if (here) this.#end(n, reply);
    this.#inOrder(() => this.#fetchAnswer(n, event, reply, here));
  }

  /** The answer lies in storage; without content it has come over the channel, too. */
  async #fetchAnswer(n: number, event: CoreEvent, reply: Reply, known: boolean): Promise<void> {
    const stored = await this.#mailbox.use((db) => getAnswer(db, event)).catch(() => null);
    if (!known && this.#kept.has(n)) this.#end(n, stored ?? reply);
  }

  /**
   * Who leads has given up a command that lies in storage. It is refused once it no longer lies there; what
   * can't be had back is handed over again. What was carried out after all has its answer.
   */
  async #takeBack(n: number, event: CoreEvent, reply: Reply): Promise<void> {
    if (!this.#kept.has(n)) return;
    if (event.header['volatile']) return this.#events.onVolatile(event);
    try {
      const found = await this.#mailbox.use((db) => takeBackMail(db, event));
      if (found) this.#end(n, found === true ? reply : found);
    } catch {
      this.#unstored.push(event);
      this.#happen({ type: 'unmailed', n });
    }
  }

  /** What is to be tried again need not be. */
  #giveUp(command: string): void {
    this.#unstored = this.#unstored.filter(({ header }) => header['command'] !== command);
  }

  #end(n: number, reply: Reply): void {
    this.#done(n);
    this.#events.onReplies([reply]);
  }

  #done(n: number): void {
    this.#happen({ type: 'answered', n });
  }

  #forget(n: number): void {
    const command = this.#kept.get(n)?.header['command'] as string;
    this.#kept.delete(n);
    if (this.#commands.get(command) === n) this.#commands.delete(command);
  }
}

function withView({ header, ...event }: CoreEvent, view: string): CoreEvent {
  return { ...event, header: { ...header, view } };
}

/** Between tabs there is no content, and no word of the server's. */
function withoutContent({ command, code, path, durable, reason, result }: Reply): Reply {
  const known = Object.entries(result ?? {}).filter(([name]) => RESULT_MEMBERS.includes(name));
  return {
    command,
    ...(code ? { code } : {}),
    ...(path ? { path } : {}),
    ...(durable === false ? { durable, ...(reason ? { reason } : {}) } : {}),
    ...(result ? { result: Object.fromEntries(known) as unknown as MediaResult } : {}),
  };
}

/** What a tab that leads could not store, and has not sent along. */
function isElsewhere({ result, blob }: Reply): boolean {
  return !blob && (result as Partial<MediaResult> | undefined)?.kept === false;
}
