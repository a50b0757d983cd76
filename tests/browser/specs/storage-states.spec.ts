/** What becomes of storage while a larder is open, and what the larder says of it. */
import { expect } from 'chai';
import type { Larder, LarderError, StorageState } from 'chatlarder';
import { changeRow, deleteRaw, openRaw, requestDone, rowsOf, transactionDone } from './support/database.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { FaultShim } from './support/fault-shim.js';
import { range, sequencesOf, untilConverged } from './support/history.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import { MediaServer } from './support/media-server.js';
import { sentTo, textsOf, untilDrained } from './support/outbox.js';
import { Remote } from './support/remote.js';
import { ShimmedWorkers } from './support/shimmed-workers.js';

const chatId = uuid(1, 0);
/** Between tries, in milliseconds, and what they are here. */
const PAUSES = { 100: 5, 1000: 10 };

function becomeVisible(): void {
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('storage states', () => {
  const larders = new Larders();
  const workers = new ShimmedWorkers();
  let userId: string;
  let server: FakeServer;
  let remote: Remote | null = null;
  let pageShim: FaultShim;

  beforeEach(() => {
    userId = freshUser();
    server = new FakeServer(2, 30);
    pageShim = new FaultShim({});
  });
  afterEach(async () => {
    server.release();
    await remote?.arm(null);
    pageShim.restore();
    await workers.release();
    workers.restore();
    await larders.destroyAll({ ended: true });
    workers.close();
    remote?.close();
    remote = null;
  });

  async function open(transport: FakeServer | Remote['config'] = server): Promise<Larder> {
    const larder = await larders.open({ userId, transport, openTimeoutMs: 5000 });
    return larder;
  }

  async function openAndSync(transport?: Remote['config']): Promise<Larder> {
    const larder = await open(transport);
    await larder.sync();
    for (const chat of [0, 1]) await larder.chat(uuid(1, chat)).sync();
    return larder;
  }

  async function openRemote(): Promise<Larder> {
    remote = new Remote(server);
    return openAndSync(remote.config);
  }

  /** The states that a larder tells of. */
  function statesOf(larder: Larder): StorageState[] {
    const states: StorageState[] = [];
    larder.addEventListener('durability', ({ detail }) => states.push(detail.state));
    return states;
  }

  function codes(): string[] {
    return larders.errors.map(({ code }: LarderError) => code);
  }

  async function generationOf(larder: Larder): Promise<number> {
    const rows = await rowsOf(larder.databaseName, 'cache_stats');
    return Number(rows.find(({ key }) => key === 'leader')!['generation']);
  }

  describe('a host that another has followed', () => {
    it('stores nothing any more', async () => {
      const larder = await openRemote();
      const generation = await generationOf(larder);
      await changeRow(larder.databaseName, 'cache_stats', 'leader', { generation: generation + 1 });
      await remote!.arm({ how: 'open', times: 1e9 });
      const waiting = larder.chat(chatId).markRead(7);
      await until(async () => (await remote!.hits()) > 0);
      const [chat] = await rowsOf(larder.databaseName, 'chat_meta');
      expect(chat!['lastReadSequence']).to.equal(0);
      expect(await generationOf(larder)).to.equal(generation + 1);
      await remote!.arm(null);
      await waiting.catch(() => larder.chat(chatId).markRead(7));
      expect((await larder.chats()).find(({ requestId }) => requestId === chatId)).to.include({
        lastReadSequence: 7,
      });
      expect(await generationOf(larder)).to.be.greaterThan(generation + 1);
    });

    it('does not claim the database again when it opens it again', async () => {
      const larder = await openRemote();
      const generation = await generationOf(larder);
      await remote!.arm({ how: 'lost' });
      await larder.chat(chatId).markRead(3);
      expect(await remote!.hits()).to.equal(1);
      expect(await generationOf(larder)).to.equal(generation);
    });
  });

  describe('a database that does not open at first', () => {
    it('is tried again', async () => {
      pageShim = new FaultShim({ fault: { how: 'abort', at: 1, forever: false } }).install();
      const larder = await open();
      expect(pageShim.hits).to.equal(1);
      expect(larder.durability).to.equal('durable');
      await larder.sync();
      expect(await larder.chats()).to.have.lengthOf(2);
    });

    it('makes the larder one in memory, which is empty, until it opens', async () => {
      const fault = { how: 'abort', at: 1, forever: true } as const;
      pageShim = new FaultShim({ fault }).install();
      workers.install({ fault, timers: PAUSES });
      const larder = await open();
      expect(pageShim.calls).to.equal(4);
      expect(larder.durability).to.equal('unavailable');
      const states = statesOf(larder);
      const pages: number[] = [];
      const stop = larder.chat(chatId).watch({ limit: 50 }, ({ messages }) => pages.push(messages.length));
      expect(await larder.chats()).to.deep.equal([]);
      expect(await larder.outbox.list()).to.deep.equal([]);
      expect(await rejection(larder.chat(chatId).send({ content: 'no' }))).to.include({
        code: 'not_durable',
      });
      const message = await larder.chat(chatId).send({ content: 'yes' }, { allowVolatile: true });
      expect(message.durable).to.equal(false);
      await until(() => sentTo(server, 0).length === 1);
      expect(pages.at(-1)).to.equal(0);
      pageShim.release();
      await workers.release();
      becomeVisible();
      await until(() => states.at(-1) === 'durable');
      await until(() => pages.at(-1) === 31);
      stop();
      await untilDrained(larder);
      expect(await larder.chats()).to.have.lengthOf(2);
      expect(sentTo(server, 0)).to.deep.equal(['yes']);
    });
  });

  describe('writing that fails', () => {
    it('is told of in every tab, and so is its end', async () => {
      const larder = await openRemote();
      const follower = await open(remote!.config);
      await follower.sync();
      const states = [larder, follower].map(statesOf);
      await remote!.arm({ how: 'abort', times: 1e9 });
      await rejection(larder.chat(chatId).markRead(9));
      expect(larder.durability).to.equal('volatile');
      await until(() => follower.durability === 'volatile');
      await remote!.arm(null);
      becomeVisible();
      await until(() => [larder, follower].every(({ durability }) => durability === 'durable'));
      expect(states).to.deep.equal([
        ['volatile', 'durable'],
        ['volatile', 'durable'],
      ]);
    });

    for (const event of ['visibilitychange', 'online', 'a command'] as const) {
      it(`is tried again at ${event}`, async () => {
        const larder = await openRemote();
        await remote!.arm({ how: 'abort', times: 1e9 });
        await rejection(larder.chat(chatId).markRead(9));
        await remote!.arm(null);
        if (event === 'visibilitychange') becomeVisible();
        else if (event === 'online') dispatchEvent(new Event('online'));
        else await larder.chat(chatId).markRead(9);
        await until(() => larder.durability === 'durable');
      });
    }
  });

  describe('the page’s own connection', () => {
    it('that the browser has dropped is replaced by the next read, once', async () => {
      pageShim.install();
      const larder = await openAndSync();
      pageShim.lose();
      pageShim.release();
      const before = pageShim.calls;
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
      await Promise.all([larder.chats(), larder.chats(), larder.outbox.list()]);
      expect(pageShim.names.slice(before).filter((name) => name === '.open')).to.have.lengthOf(1);
    });

    it('that died unheard is replaced when the page is seen again', async () => {
      pageShim.install();
      const larder = await openAndSync();
      pageShim.closeAll();
      const before = pageShim.calls;
      becomeVisible();
      await until(() => pageShim.names.slice(before).includes('.open'));
      expect(await larder.chats()).to.have.lengthOf(2);
      expect(pageShim.names.slice(before).filter((name) => name === '.open')).to.have.lengthOf(1);
    });

    it('that dies under several reads at once is replaced once', async () => {
      pageShim.install();
      const larder = await openAndSync();
      pageShim.closeAll();
      const before = pageShim.calls;
      await Promise.all([larder.chats(), larder.outbox.list(), larder.chat(chatId).messages()]);
      expect(pageShim.names.slice(before).filter((name) => name === '.open')).to.have.lengthOf(1);
    });
  });

  describe('a transaction that takes too long', () => {
    it('is told of once, and waited for', async () => {
      workers.install({ timers: { 10_000: 500 } });
      const larder = await openAndSync();
      const other = await openRaw(larder.databaseName);
      const transaction = other.transaction(['chat_meta'], 'readwrite');
      let isHeld = true;
      const hold = () => isHeld && (transaction.objectStore('chat_meta').get('x').onsuccess = hold);
      hold();
      const waiting = larder.chat(chatId).markRead(5);
      await until(() => codes().includes('storage_stalled'));
      isHeld = false;
      await waiting;
      other.close();
      expect(codes()).to.deep.equal(['storage_stalled']);
      expect(larder.durability).to.equal('durable');
    });
  });

  describe('a database that is no longer the same', () => {
    it('because the browser rebuilt it: that is told of', async () => {
      const prototype = IDBFactory.prototype;
      const before = Object.getOwnPropertyDescriptor(prototype, 'open')!;
      const original = before.value as (...args: unknown[]) => IDBOpenDBRequest;
      const value = function (this: IDBFactory, ...args: unknown[]): IDBOpenDBRequest {
        const request = original.apply(this, args);
        request.addEventListener('upgradeneeded', (event) => {
          Object.defineProperty(event, 'dataLoss', { value: 'total' });
          Object.defineProperty(event, 'dataLossMessage', { value: 'a bad manifest' });
        });
        return request;
      };
      Object.defineProperty(prototype, 'open', { ...before, value });
      const larder = await open().finally(() => Object.defineProperty(prototype, 'open', before));
      await larder.sync();
      const [error] = larders.withCode('data_lost');
      expect(error).to.include({ name: 'StorageError', reason: 'a bad manifest' });
      await larders.closeAll();
      await openAndSync();
      expect(codes()).to.deep.equal(['data_lost']);
    });

    it('because site data were cleared: that is told of, and everything is fetched anew', async () => {
      pageShim.install();
      workers.install({ timers: PAUSES });
      const larder = await openAndSync();
      const pages: number[] = [];
      const stop = larder.chat(chatId).watch({ limit: 50 }, ({ messages }) => pages.push(messages.length));
      await until(() => pages.at(-1) === 30);
      server.hold();
      const asked = server.askedFor('fetchChats').length;
      await workers.lose();
      pageShim.lose();
      await deleteRaw(larder.databaseName);
      pageShim.release();
      await workers.release();
      await until(() => codes().includes('data_lost'));
      expect((await larder.chat(chatId).messages()).messages).to.deep.equal([]);
      server.release();
      await until(() => server.askedFor('fetchChats').length > asked);
      expect(server.askedFor('fetchChats').at(asked)!['cursor'] ?? null).to.equal(null);
      await until(() => pages.at(-1) === 30);
      await larder.chat(chatId).send({ content: 'and on' });
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['and on']);
      expect(codes().filter((code) => code === 'data_lost')).to.have.lengthOf(1);
      stop();
    });

    it('because its last transactions are lost: what they held comes again', async () => {
      const larder = await openAndSync();
      await larder.close();
      const snapshot = await snapshotOf(larder.databaseName);
      const second = await openAndSync();
      server.post(0, 5);
      server.remove(0, 3);
      await second.chat(chatId).sync();
      await second.chat(chatId).send({ content: 'once' });
      await untilDrained(second);
      await second.close();
      await restore(second.databaseName, snapshot);
      const third = await openAndSync();
      expect(await textsOf(third, 0)).to.deep.equal(
        server.chats.get(0)!.messages.map(({ content }) => content),
      );
      await untilDrained(third);
      expect(sentTo(server, 0)).to.deep.equal(['once']);
      await untilConverged(third, server, 1);
    });
  });

  it('whether Blobs can be stored is found out again when trouble kept it from being', async () => {
    const files = new MediaServer(2, 30);
    for (const name of ['a', 'b', 'c']) await files.put(0, name, new Uint8Array(100).fill(7));
    remote = new Remote(files);
    const larder = await openAndSync(remote.config);
    await remote.arm({ how: 'abort', store: 'media_blobs', times: 2 });
    await larder.media.get(chatId, 'a');
    expect(await remote.hits()).to.equal(2);
    await remote.arm(null);
    await larder.media.get(chatId, 'b');
    const rows = await rowsOf(larder.databaseName, 'media_blobs');
    const kinds = rows.map(({ data }) => data instanceof Blob);
    expect(kinds.filter((isBlob) => isBlob)).to.have.lengthOf((await areBlobsStored()) ? 1 : 0);
    expect(kinds).to.have.lengthOf(2);
  });

  it('what the user wrote is stored strictly, and what comes from the server is not', async () => {
    workers.install({});
    const larder = await open();
    await larder.sync();
    const before = strict();
    await larder.sync();
    await larder.chat(chatId).sync();
    expect(strict()).to.equal(before);
    await larder.chat(chatId).send({ content: 'kept' });
    expect(strict()).to.be.greaterThan(before);
  });

  /** Transactions of the worker that were to be flushed to the disk. */
  function strict(): number {
    const { names } = workers.states[0]!;
    return names.filter((name) => name === 'transaction readwrite strict').length;
  }
});

/** Whether this engine stores Blobs, here and now. */
async function areBlobsStored(): Promise<boolean> {
  const name = freshUser();
  const db = await openRaw(name, 1, (made) => made.createObjectStore('blobs'));
  const transaction = db.transaction('blobs', 'readwrite');
  try {
    transaction.objectStore('blobs').put(new Blob(['probe']), 1);
    await transactionDone(transaction);
    return true;
  } catch {
    return false;
  } finally {
    db.close();
    await deleteRaw(name);
  }
}

type Snapshot = Record<string, object[]>;

async function snapshotOf(name: string): Promise<Snapshot> {
  const db = await openRaw(name);
  const names = [...db.objectStoreNames];
  const transaction = db.transaction(names);
  const all = names.map(async (store) => {
    const rows = (await requestDone(transaction.objectStore(store).getAll())) as object[];
    return [store, rows] as const;
  });
  const snapshot = Object.fromEntries(await Promise.all(all));
  db.close();
  return snapshot;
}

async function restore(name: string, snapshot: Snapshot): Promise<void> {
  const db = await openRaw(name);
  const transaction = db.transaction(Object.keys(snapshot), 'readwrite');
  for (const [store, rows] of Object.entries(snapshot)) {
    transaction.objectStore(store).clear();
    for (const row of rows) transaction.objectStore(store).put(row);
  }
  await transactionDone(transaction);
  db.close();
}
