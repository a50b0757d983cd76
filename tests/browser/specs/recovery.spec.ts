/**
 * When storage fails under way: core and connection are dropped, and all that was not acknowledged comes
 * again.
 */
import { expect } from 'chai';
import type { Larder } from 'chatlarder';
import { deleteRaw, openRaw, putRows, rowsOf } from './support/database.js';
import { FakeServer, makeMessage, uuid } from './support/fake-server.js';
import { gapsOf, historyOf, range, sequencesOf, untilConverged } from './support/history.js';
import { freshUser, Larders, layout, onlyRows, rejection, until } from './support/larder.js';
import { Remote, type Fault } from './support/remote.js';

const chatId = uuid(1, 0);

/** Where messages are stored, and how many writes 10 new ones and a deletion take at least. */
const history = { rows: 'messages', blocks: 'message_blocks' }[layout];
const someWrites = { rows: [0, 7, 25], blocks: [0, 2, 6] }[layout];

/** Counts the answers that a worker gives to each command. */
class Answers {
  readonly counts = new Map<string, number>();
  readonly #original = globalThis.Worker;

  install(): void {
    const { counts } = this;
    globalThis.Worker = class extends this.#original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener('message', ({ data }: MessageEvent) => {
          const { kind, replies } = data as { kind: string; replies?: { command: string }[] };
          if (kind !== 'replies') return;
          for (const { command } of replies!) counts.set(command, (counts.get(command) ?? 0) + 1);
        });
      }
    };
  }

  restore(): void {
    globalThis.Worker = this.#original;
    this.counts.clear();
  }
}

describe('recovery', () => {
  const larders = new Larders();
  const answers = new Answers();
  const raw: IDBDatabase[] = [];
  let server: FakeServer;
  let remote: Remote;
  let larder: Larder;
  let userId: string;

  beforeEach(() => answers.install());
  afterEach(async () => {
    answers.restore();
    for (const db of raw.splice(0)) db.close();
    await larders.destroyAll();
    remote.close();
  });

  /** Three chats of 30 messages, all caught up with. */
  async function start(): Promise<void> {
    userId = freshUser();
    server = new FakeServer(3, 30);
    remote = new Remote(server);
    larder = await larders.open({ userId, transport: remote.config });
    await larder.sync();
    await Promise.all([0, 1, 2].map((chat) => larder.chat(uuid(1, chat)).sync()));
    answers.counts.clear();
  }

  /** Many commands at once, while the server has news of every chat. */
  function commands(): Promise<unknown>[] {
    const own = [0, 1, 2].flatMap((chat) => {
      const { requestId } = larder.chat(uuid(1, chat));
      return [larder.chat(requestId).sync(), larder.chat(requestId).markRead(20 + chat)];
    });
    return [...own, larder.sync(), larder.sync()];
  }

  function newsEverywhere(): void {
    for (const chat of [0, 1, 2]) {
      server.post(chat, 10);
      server.remove(chat, 5);
    }
  }

  async function expectConverged(): Promise<void> {
    for (const chat of [0, 1, 2]) await untilConverged(larder, server, chat);
    const rows = await rowsOf(larder.databaseName, 'chat_meta');
    expect(rows.map(({ lastReadSequence: n }) => n)).to.deep.equal([20, 21, 22]);
  }

  function expectAnsweredOnce(count: number): void {
    expect([...answers.counts.values()]).to.deep.equal(Array.from({ length: count }, () => 1));
  }

  describe('a write that fails once', () => {
    const faults: [string, Fault][] = [
      ['the transaction is aborted', { how: 'abort' }],
      ['the request throws', { how: 'throw', name: 'UnknownError' }],
      ['the disk is full', { how: 'throw', name: 'QuotaExceededError' }],
      ['the connection is closed', { how: 'close' }],
      ['the browser closes the connection', { how: 'lost' }],
    ];
    for (const [name, fault] of faults) {
      for (const after of someWrites) {
        it(`${name}, at request ${after + 1}: all converges, every command is answered once`, async () => {
          await start();
          server.hold();
          newsEverywhere();
          await remote.arm({ ...fault, after });
          const waiting = commands();
          await until(() => server.askedFor('fetchMessages').length > 3);
          server.release();
          await Promise.all(waiting);
          await expectConverged();
          const rows = await rowsOf(larder.databaseName, 'chat_meta');
          expect(rows.map(({ messageCount }) => messageCount)).to.deep.equal([39, 39, 39]);
          expect(await remote.hits()).to.equal(1);
          expectAnsweredOnce(waiting.length);
          expect(larders.errors.every(({ code }) => code === 'storage')).to.equal(true);
        });
      }
    }

    it('says that storage failed, once', async () => {
      await start();
      await remote.arm({ how: 'abort' });
      await larder.chat(chatId).markRead(3);
      expect(larders.errors.map(({ code }) => code)).to.deep.equal(['storage']);
      expect(larders.errors[0]).to.include({ name: 'StorageError' });
      expect((await larder.chats())[2]).to.include({ lastReadSequence: 3 });
    });

    it('shows nothing of what was not committed', async () => {
      await start();
      const seen: number[] = [];
      const stop = larder.chat(chatId).watch({ limit: 100 }, ({ messages }) => seen.push(messages.length));
      await until(() => seen.length > 0);
      await remote.arm({ how: 'abort', store: history });
      server.post(0, 10);
      await until(() => seen.at(-1) === 40);
      stop();
      expect(new Set(seen)).to.deep.equal(new Set([30, 40]));
    });

    it('leaves no chat in a passing state', async () => {
      await start();
      server.hold();
      newsEverywhere();
      const waiting = [0, 1, 2].map((chat) => larder.chat(uuid(1, chat)).sync());
      await until(() => [0, 1, 2].every((chat) => larder.chat(uuid(1, chat)).state === 'RESYNCING'));
      await remote.arm({ how: 'abort' });
      await larder.chat(uuid(1, 2)).markRead(20);
      server.release();
      await Promise.all(waiting);
      await larder.sync();
      await until(() => [0, 1, 2].every((chat) => larder.chat(uuid(1, chat)).state === 'SYNCED'));
    });

    it('goes on listening to signals, and knows which chat is open', async () => {
      await start();
      const counts: number[] = [];
      const stop = larder.chat(chatId).watch({ limit: 100 }, ({ messages }) => counts.push(messages.length));
      await remote.arm({ how: 'lost' });
      await larder.chat(chatId).markRead(3);
      await larder.chat(chatId).markRead(4);
      server.post(0, 2);
      await until(() => counts.at(-1) === 32);
      stop();
    });
  });

  describe('writes that keep failing', () => {
    it('reject what waits, touch nothing, and go on when they no longer do', async () => {
      await start();
      const before = await historyOf(larder, 0);
      await remote.arm({ how: 'abort', times: 1e9 });
      server.post(0, 5);
      const error = await rejection(larder.chat(chatId).markRead(9));
      expect(error).to.include({ name: 'StorageError', code: 'storage' });
      expect(await historyOf(larder, 0)).to.deep.equal(before);
      await remote.arm(null);
      await larder.sync();
      await untilConverged(larder, server, 0);
    });

    it('of opening reject what waits, and reading goes on', async () => {
      await start();
      await closeWorkerConnection();
      await remote.arm({ how: 'open', times: 1e9 });
      expect((await rejection(larder.chat(chatId).markRead(9))).code).to.equal('storage');
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
      await remote.arm(null);
      server.release();
      server.post(0, 1);
      await larder.sync();
      await untilConverged(larder, server, 0);
    });

    it('of opening are overcome when the second try goes well', async () => {
      await start();
      await closeWorkerConnection();
      await remote.arm({ how: 'open', times: 2 });
      await larder.chat(chatId).markRead(9);
      expect(await remote.hits()).to.equal(3);
      server.release();
    });

    /**
     * Leaves the worker with a connection that is closed, which the next step finds out; the server is held,
     * so that the receipt's answer is none.
     */
    async function closeWorkerConnection(): Promise<void> {
      server.hold();
      await remote.arm({ how: 'close' });
      await larder.chat(chatId).markRead(1);
      expect(await remote.hits()).to.equal(1);
    }
  });

  describe('an event that breaks its transaction', () => {
    const stranger = { ...makeMessage(0, 35), id: uuid(99, 35), content: 'who am I', status: 'sent' };

    // Blocks are named by chat and number: a row that nobody knew of only hides what has its id or number.
    it('for a row that nobody knew of is planned again with care', async function () {
      onlyRows(this);
      await start();
      await putRows(larder.databaseName, 'messages', [stranger]);
      newsEverywhere();
      const waiting = commands();
      await Promise.all(waiting);
      await expectConverged();
      expectAnsweredOnce(waiting.length);
      expect((await historyOf(larder, 0)).map(({ id }) => id)).to.not.include(stranger.id);
      expect(larders.errors).to.deep.equal([]);
    });

    it('for an id that nobody knew of, too', async function () {
      onlyRows(this);
      await start();
      const unknown = { ...makeMessage(0, 33), sequenceNumber: 3000, content: 'from another time' };
      await putRows(larder.databaseName, 'messages', [unknown]);
      newsEverywhere();
      await larder.sync();
      for (const chat of [0, 1, 2]) await untilConverged(larder, server, chat);
      expect(larders.errors).to.deep.equal([]);
    });

    it('three times is set aside and named; the others are not', async () => {
      await start();
      const bad = { rows: makeMessage(1, 33).id, blocks: uuid(1, 1) }[layout];
      await remote.arm({ how: 'throw', name: 'DataError', store: history, id: bad, times: 1e9 });
      newsEverywhere();
      const failing = rejection(larder.chat(uuid(1, 1)).sync());
      await Promise.all([0, 2].map((chat) => larder.chat(uuid(1, chat)).sync()));
      expect(await failing).to.include({ name: 'StorageError', code: 'set_aside' });
      for (const chat of [0, 2]) await untilConverged(larder, server, chat);
      await until(() => larders.withCode('set_aside').length > 0);
      const [error] = larders.withCode('set_aside');
      expect(error!.requestId).to.equal(uuid(1, 1));
      expect(error!.reason).to.include('DataError');
      await until(() => larder.chat(uuid(1, 1)).state === 'FAILED');
      expect(await sequencesOf(larder, 1)).to.deep.equal(range(1, 30));
      await remote.arm(null);
      await larder.chat(uuid(1, 1)).sync();
      await untilConverged(larder, server, 1);
    });

    it('three times answers the command that it is', async () => {
      await start();
      await remote.arm({ how: 'throw', name: 'DataCloneError', store: 'chat_meta', times: 1e9 });
      const error = await rejection(larder.chat(chatId).markRead(7));
      expect(error).to.include({ code: 'set_aside' });
      await remote.arm(null);
      await larder.chat(chatId).markRead(7);
      expect((await rowsOf(larder.databaseName, 'chat_meta'))[0]).to.include({ lastReadSequence: 7 });
    });
  });

  describe('another connection', () => {
    it('that deletes the database ends it: what waits is answered', async () => {
      await start();
      server.hold();
      const waiting = [larder.sync(), larder.chat(chatId).sync()].map(rejection);
      await until(() => server.askedOf(0).length > 1);
      const closed = new Promise((resolve) => larder.addEventListener('closed', resolve, { once: true }));
      await deleteRaw(larder.databaseName);
      await closed;
      expect((await Promise.all(waiting)).map(({ code }) => code)).to.deep.equal(['closed', 'closed']);
      server.release();
      expect((await indexedDB.databases()).map(({ name }) => name)).to.not.include(larder.databaseName);
    });

    it('that holds a store only delays it', async () => {
      await start();
      const other = await openRaw(larder.databaseName);
      raw.push(other);
      const transaction = other.transaction(['messages', 'chat_meta'], 'readwrite');
      const store = transaction.objectStore('chat_meta');
      let busy = true;
      const again = () => busy && (store.get('x').onsuccess = again);
      again();
      newsEverywhere();
      const waiting = commands();
      await until(() => server.askedFor('fetchMessages').length > 3);
      busy = false;
      await Promise.all(waiting);
      await expectConverged();
      expectAnsweredOnce(waiting.length);
    });
  });

  it('gaps and repairs survive it', async () => {
    await start();
    server.post(0, 1500);
    await until(() => larder.chat(chatId).state === 'GAP_DETECTED');
    await remote.arm({ how: 'abort', store: history, after: { rows: 100, blocks: 3 }[layout] });
    await untilConverged(larder, server, 0);
    expect(await gapsOf(larder, 0)).to.deep.equal([]);
    expect(await remote.hits()).to.equal(1);
  });
});
