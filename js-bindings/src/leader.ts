import type { CoreEvent, MediaResult } from './core.js';
import { openDatabase } from './db.js';
import { LarderError, reasonOf } from './errors.js';
import type { Host, Reply } from './host.js';
import { addressed, mailKeyOf, putMail, takeBackMail } from './mail.js';
import { channelName } from './port.js';

/** Between the workers of one database's tabs: ids and numbers. What has content goes through storage. */
type Traffic =
  | { kind: 'leads' }
  | { kind: 'command'; header: CoreEvent['header'] }
  | { kind: 'hint'; header: CoreEvent['header'] }
  | { kind: 'mail'; key: string }
  | { kind: 'replies'; replies: Reply[] };

/** What is no command and concerns who leads now; it may be lost. */
const HINTS = ['mediaTouch', 'mediaForget'];

/** Whom a tab tells. */
export interface TabEvents {
  /** How commands of this tab ended. */
  onReplies(replies: Reply[]): void;
  /**
   * It can't be handed to who leads, and may be carried out without being stored; or what it gives can't be
   * stored there, and is not sent from tab to tab.
   */
  onVolatile(event: CoreEvent): void;
}

/** An event that waits until this tab leads; `handed` over to who leads before, if it is a command. */
interface Waiting {
  event: CoreEvent;
  handed: boolean;
}

/**
 * One worker among those of a database's tabs. The one that holds the database's lock leads: it alone has a
 * host. The others hand it their commands and repeat those without an answer when another leads; what is no
 * command they keep until they lead themselves. A leader hears nothing of who went away, and need not: it
 * answers nobody then.
 *
 * (A leader that is frozen keeps the lock, and what waits for it waits. Taking the lock from it, and keeping
 * it from writing when it thaws, belongs here.)
 */
export class Tab {
  readonly #instance: string;
  readonly #databaseName: string;
  readonly #openTimeoutMs: number;
  readonly #events: TabEvents;
  readonly #channel: BroadcastChannel | null = null;
  #host: Host | null = null;
  /** It holds the lock, though its host may still have to start. */
  #elected = false;
  #release: () => void = () => {};
  #waiting: Waiting[] = [];
  /** Commands of this tab that lie in storage for who leads. */
  readonly #mailed = new Map<string, string>();
  /** What is handed over goes, and is taken, in the order in which it came. */
  #line: Promise<void> = Promise.resolve();
  #db: Promise<IDBDatabase> | null = null;

  constructor(options: { instance: string; databaseName: string; openTimeoutMs: number }, events: TabEvents) {
    this.#instance = options.instance;
    this.#databaseName = options.databaseName;
    this.#openTimeoutMs = options.openTimeoutMs;
    this.#events = events;
    if (!('BroadcastChannel' in globalThis)) return;
    this.#channel = new BroadcastChannel(`${channelName(options.databaseName)}:commands`);
    this.#channel.onmessage = ({ data }: MessageEvent<Traffic>) => this.#take(data);
  }

  /** Resolves when this tab holds the lock of the database; where there are no locks, at once. */
  async elect(): Promise<void> {
    const free = this.#lock({ ifAvailable: true });
    this.#line = free.then(() => {});
    if (!(await free)) await this.#lock({});
  }

  #lock(options: LockOptions): Promise<boolean> {
    const hold = (resolve: (held: boolean) => void, held: boolean) => {
      this.#elected = held;
      resolve(held);
      return held ? new Promise<void>((done) => (this.#release = done)) : undefined;
    };
    return new Promise((resolve) => {
      if (!navigator.locks) return void hold(resolve, true);
      void navigator.locks.request(channelName(this.#databaseName), options, (lock) =>
        hold(resolve, lock !== null),
      );
    });
  }

  /** From now on this tab leads: the host gets what has waited here, then what waits in the others. */
  async lead(host: Host): Promise<void> {
    await this.#line;
    this.#host = host;
    for (const { event } of this.#waiting.splice(0)) host.push(event);
    this.#post({ kind: 'leads' });
  }

  /** Hands in an event, here or where it is led. */
  push(event: CoreEvent): void {
    if (event.header.type === 'mediaForget') this.#forgetCommand(event.header['of']);
    if (this.#host) return this.#host.push(event);
    if (HINTS.includes(event.header.type)) return this.#post({ kind: 'hint', header: event.header });
    this.#waiting.push({ event, handed: !('command' in event.header) });
    this.#handOver();
  }

  /** Hands on how commands ended, to this tab's page and to the other tabs. */
  deliver(replies: Reply[]): void {
    const own = replies.filter(({ command }) => this.#isOwn(command));
    this.#answer(own);
    if (own.length < replies.length)
      this.#post({
        kind: 'replies',
        replies: replies.filter(({ command }) => !this.#isOwn(command)).map(withoutBytes),
      });
  }

  /** Lets go of the lock, with the database at rest and everything handed over. */
  async close(): Promise<void> {
    await this.#line;
    this.#channel?.close();
    (await this.#db?.catch(() => null))?.close();
    this.#release();
  }

  #isOwn(command: string): boolean {
    return command.startsWith(`${this.#instance}:`);
  }

  #post(message: Traffic): void {
    this.#channel?.postMessage(message);
  }

  #take(message: Traffic): void {
    switch (message.kind) {
      case 'leads':
        return this.#repeat();
      case 'hint':
      case 'command':
        return this.#inOrder(() => this.#host?.push({ header: message.header }));
      case 'mail':
        return this.#inOrder(() => this.#host?.collect(message.key));
      case 'replies':
        return this.#answer(message.replies.filter(({ command }) => this.#isOwn(command)));
    }
  }

  #repeat(): void {
    for (const waiting of this.#waiting) waiting.handed = !('command' in waiting.event.header);
    this.#handOver();
  }

  #inOrder(work: () => Promise<void> | void): void {
    this.#line = this.#line.then(work);
  }

  #handOver(): void {
    this.#inOrder(async () => {
      for (const waiting of [...this.#waiting]) if (!waiting.handed) await this.#handOverOne(waiting);
    });
  }

  async #handOverOne(waiting: Waiting): Promise<void> {
    if (this.#elected || !this.#channel) return;
    const { header, body } = waiting.event;
    if (!body) this.#post({ kind: 'command', header });
    else if (!(await this.#mail(waiting))) return;
    waiting.handed = true;
  }

  /** Leaves an event with content in storage; false when that can't be had. */
  async #mail(waiting: Waiting): Promise<boolean> {
    const event = (waiting.event = addressed(waiting.event));
    const command = event.header['command'] as string;
    const key = mailKeyOf(event)!;
    try {
      await this.#inDatabase((db) => putMail(db, event));
    } catch (error) {
      this.#refuse(event, error);
      return false;
    }
    this.#mailed.set(command, key);
    this.#post({ kind: 'mail', key });
    return true;
  }

  #refuse(event: CoreEvent, error: unknown): void {
    if (event.header['volatile']) return this.#events.onVolatile(event);
    const command = event.header['command'] as string;
    const code = error instanceof LarderError ? error.code : 'storage';
    this.#answer([{ command, code, reason: reasonOf(error), durable: false }]);
  }

  /** What is only in memory waits on for being stored. */
  #answer(replies: Reply[]): void {
    for (const reply of replies) {
      const { command, code, durable } = reply;
      if (isElsewhere(reply)) {
        this.#getHere(command);
        continue;
      }
      const key = durable === false && code && this.#mailed.get(command);
      if (key) void this.#takeBack(reply, key);
      else if (durable === false && !code) this.#events.onReplies([reply]);
      else this.#end(reply);
    }
  }

  /** The bytes that were asked for can't be stored, and are in another tab. */
  #getHere(command: string): void {
    const waiting = this.#waiting.find(({ event }) => event.header['command'] === command);
    this.#forgetCommand(command);
    if (waiting) this.#events.onVolatile(waiting.event);
  }

  #forgetCommand(command: unknown): void {
    this.#waiting = this.#waiting.filter(({ event }) => event.header['command'] !== command);
  }

  #end(reply: Reply): void {
    const { command } = reply;
    this.#forgetCommand(command);
    this.#mailed.delete(command);
    this.#events.onReplies([reply]);
  }

  /**
   * Who leads has given up a command that lies in storage. It is refused once it no longer lies there. What
   * can't be had back is handed over again; what was carried out after all, by another, has its answer.
   */
  async #takeBack(reply: Reply, key: string): Promise<void> {
    const waiting = this.#waiting.find(({ event }) => event.header['command'] === reply.command);
    try {
      if (await this.#inDatabase((db) => takeBackMail(db, key))) this.#end(reply);
    } catch {
      if (waiting) waiting.handed = false;
      else this.#end(reply);
    }
  }

  /** A handle that died is replaced once. */
  async #inDatabase<T>(work: (db: IDBDatabase) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#database());
    } catch (error) {
      if (error instanceof LarderError) throw error;
      this.#forget();
    }
    return work(await this.#database());
  }

  #database(): Promise<IDBDatabase> {
    const forget = () => (this.#db = null);
    this.#db ??= openDatabase(
      this.#databaseName,
      { superseded: forget, lost: forget },
      this.#openTimeoutMs,
    ).catch((error: unknown) => {
      this.#db = null;
      throw error;
    });
    return this.#db;
  }

  #forget(): void {
    void this.#db?.then((db) => db.close());
    this.#db = null;
  }
}

/** Between tabs there is no content. */
function withoutBytes({ blob: _, ...reply }: Reply): Reply {
  return reply;
}

/** What a tab that leads could not store, and has not sent along. */
function isElsewhere({ result, blob }: Reply): boolean {
  return !blob && (result as Partial<MediaResult> | undefined)?.kept === false;
}
