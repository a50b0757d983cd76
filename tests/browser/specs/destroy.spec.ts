/** Logging out: everything of a user goes, in all tabs, and nobody makes it anew. */
import { expect } from 'chai';
import type { Larder, LarderOptions } from 'chatlarder';
import { deleteRaw, openRaw, requestDone, rowsOf } from './support/database.js';
import { uuid } from './support/fake-server.js';
import { historyOf } from './support/history.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import { bytesOf, chatId, filesOf, hasFiles } from './support/media.js';
import { MediaServer, noise } from './support/media-server.js';

const OPEN_TIMEOUT_MS = 300;
const FILES_FROM = 10_000;
const LARGE = 20_000;

/** Makes what a page holds deaf: connections give way without a word, and no channel is heard. */
class Deafness {
  readonly #setter = Object.getOwnPropertyDescriptor(IDBDatabase.prototype, 'onversionchange')!;
  readonly #channel = globalThis.BroadcastChannel;

  begin(): void {
    Object.defineProperty(IDBDatabase.prototype, 'onversionchange', {
      configurable: true,
      set(this: IDBDatabase) {
        this.addEventListener('versionchange', () => this.close());
      },
    });
    globalThis.BroadcastChannel = class extends this.#channel {
      override set onmessage(_: ((event: MessageEvent) => void) | null) {
        // nothing is heard
      }
    };
  }

  end(): void {
    Object.defineProperty(IDBDatabase.prototype, 'onversionchange', this.#setter);
    globalThis.BroadcastChannel = this.#channel;
  }
}

describe('destroy', () => {
  const larders = new Larders();
  const raw: IDBDatabase[] = [];
  const deafness = new Deafness();
  let userId: string;
  let server: MediaServer;

  beforeEach(() => {
    userId = freshUser();
    server = new MediaServer(2, 10);
  });
  afterEach(async () => {
    deafness.end();
    server.release();
    for (const db of raw.splice(0)) {
      db.close();
      await deleteRaw(db.name);
    }
    await larders.destroyAll();
  });

  function open(options: Partial<LarderOptions> = {}): Promise<Larder> {
    const media = { thumbnails: false, filesFrom: FILES_FROM } as const;
    return larders.open({ userId, transport: server, media, ...options });
  }

  /** Two tabs, the first of which leads and has stored something. */
  async function openTwo(options: Partial<LarderOptions> = {}): Promise<[Larder, Larder]> {
    const first = await open(options);
    await first.sync();
    await first.chat(chatId).sync();
    return [first, await open(options)];
  }

  function hearsClosed(larder: Larder): Promise<unknown> {
    return new Promise((resolve) => {
      larder.addEventListener('closed', ({ detail }) => resolve(detail), { once: true });
    });
  }

  async function exists({ databaseName }: Larder): Promise<boolean> {
    return (await indexedDB.databases()).some(({ name }) => name === databaseName);
  }

  /** Nothing of a database is there, and no tab is that could bring it back. */
  async function expectGone(larder: Larder): Promise<void> {
    expect(await exists(larder)).to.equal(false);
    if (await hasFiles()) expect(await filesOf(larder.databaseName)).to.equal(null);
  }

  async function untilNoTab({ databaseName }: Larder): Promise<void> {
    const lead = `chatlarder:${databaseName}`;
    await until(async () => {
      const { held = [], pending = [] } = (await navigator.locks?.query()) ?? {};
      return ![...held, ...pending].some(({ name }) => name?.startsWith(lead));
    });
  }

  describe('alone', () => {
    it('leaves nothing behind', async () => {
      const larder = await open();
      await larder.sync();
      await larder.destroy();
      await expectGone(larder);
      await larder.destroy();
      await expectGone(larder);
    });

    it('the user who opens it next finds nothing, and can begin at once', async () => {
      const [first] = await openTwo();
      await first.destroy();
      server.down = true;
      const next = await open();
      expect(await next.chats()).to.deep.equal([]);
      expect((await next.chat(chatId).messages()).messages).to.deep.equal([]);
      server.down = false;
      await next.sync().catch(() => {});
      await until(async () => (await next.chats()).length === 2);
    });

    it('what other users and namespaces have stays', async () => {
      const others = await Promise.all([open({ userId: freshUser() }), open({ namespace: 'other-app' })]);
      for (const other of others) await other.chat(uuid(1, 0)).sync();
      const larder = await open();
      await larder.sync();
      await larder.destroy();
      expect(await exists(larder)).to.equal(false);
      for (const other of others) {
        expect(await historyOf(other, 0)).to.have.lengthOf(10);
        await other.sync();
      }
    });
  });

  describe('several tabs', () => {
    it('close, and are told why', async () => {
      const [first, second] = await openTwo();
      const detail = hearsClosed(first);
      server.hold();
      const waiting = rejection(first.sync());
      await until(() => server.askedFor('fetchChats').length > 1);
      await second.destroy();
      expect(await detail).to.deep.equal({ destroyed: true });
      expect((await waiting).code).to.equal('closed');
      expect((await rejection(first.chats())).code).to.equal('closed');
      expect((await rejection(first.chat(chatId).send({ content: 'too late' }))).code).to.be.oneOf([
        'closed',
        'not_durable',
      ]);
      await untilNoTab(first);
      await expectGone(first);
    });

    it('those that follow close as well', async () => {
      const [first, second] = await openTwo();
      const detail = hearsClosed(second);
      await first.destroy();
      expect(await detail).to.deep.equal({ destroyed: true });
      await untilNoTab(first);
      await expectGone(first);
    });

    it('may all do it at once', async () => {
      const tabs = [...(await openTwo()), await open()];
      await Promise.all(tabs.map((larder) => larder.destroy()));
      await untilNoTab(tabs[0]!);
      await expectGone(tabs[0]!);
    });

    it('one that heard nothing of it makes nothing anew when it comes to lead', async function () {
      const first = await open();
      await first.sync();
      if (!first.capabilities.locks) return this.skip();
      deafness.begin();
      const deaf = await open({ openTimeoutMs: OPEN_TIMEOUT_MS });
      await deaf.chats();
      server.hold();
      const waiting = rejection(deaf.sync());
      const detail = hearsClosed(deaf);
      await first.destroy();
      expect(await detail).to.deep.equal({ destroyed: true });
      expect((await waiting).code).to.equal('closed');
      await untilNoTab(first);
      await expectGone(first);
    });

    it('nor when it writes for the one that leads, and leads only then', async function () {
      const larder = await open({ openTimeoutMs: OPEN_TIMEOUT_MS });
      if (!larder.capabilities.locks) return this.skip();
      await larder.close();
      let letGo = () => {};
      const held = new Promise<void>((resolve) => (letGo = resolve));
      await new Promise<void>((taken) => {
        navigator.locks.request(`chatlarder:${larder.databaseName}`, () => (taken(), held)).catch(() => {});
      });
      deafness.begin();
      const deaf = await open({ openTimeoutMs: OPEN_TIMEOUT_MS });
      await deaf.chats();
      await deleteRaw(deaf.databaseName);
      const detail = hearsClosed(deaf);
      const error = await rejection(deaf.chat(chatId).send({ content: 'too late' }));
      expect(error.code).to.be.oneOf(['closed', 'not_durable']);
      expect(await exists(deaf)).to.equal(false);
      letGo();
      expect(await detail).to.deep.equal({ destroyed: true });
      expect(await exists(deaf)).to.equal(false);
    });
  });

  describe('files', () => {
    before(async function () {
      if (!(await hasFiles())) this.skip();
    });

    it('go, and what is still being downloaded in another tab isn’t written', async () => {
      const [first, second] = await openTwo();
      const bytes = noise(LARGE);
      for (const name of ['here', 'under way']) await server.put(0, name, bytes);
      expect(await bytesOf(await first.media.get(chatId, 'here'))).to.deep.equal(bytes);
      expect(await filesOf(first.databaseName)).to.have.lengthOf(1);
      server.holdMedia();
      const late = rejection(first.media.get(chatId, 'under way'));
      await until(() => server.begun.includes('under way'));
      await second.destroy();
      server.release();
      expect((await late).code).to.equal('closed');
      await untilNoTab(first);
      await expectGone(first);
    });
  });

  describe('a connection that does not give way', () => {
    it('is given nothing to keep, and delays the end only until it is closed', async () => {
      const larder = await open({ openTimeoutMs: OPEN_TIMEOUT_MS });
      await larder.chat(chatId).sync();
      await server.put(0, 'large', noise(LARGE));
      await larder.media.get(chatId, 'large');
      const holder = await openRaw(larder.databaseName);
      raw.push(holder);
      const error = await rejection(larder.destroy());
      expect(error).to.include({ name: 'StorageError', code: 'open_blocked', path: larder.databaseName });
      expect(error.message).to.include('call destroy() again');
      for (const store of holder.objectStoreNames) {
        const keys = await requestDone(holder.transaction(store).objectStore(store).getAllKeys());
        expect(keys, store).to.deep.equal(store === 'cache_stats' ? ['epoch', 'leader'] : []);
      }
      if (await hasFiles()) expect(await filesOf(larder.databaseName)).to.equal(null);
      holder.close();
      await larder.destroy();
      await expectGone(larder);
    });

    it('and a transaction that goes on is waited for no longer than opening may take', async () => {
      const larder = await open({ openTimeoutMs: OPEN_TIMEOUT_MS });
      await larder.sync();
      const holder = await openRaw(larder.databaseName);
      raw.push(holder);
      let busy = true;
      const store = holder.transaction('messages', 'readwrite').objectStore('messages');
      const again = () => busy && (store.get('x').onsuccess = again);
      again();
      expect((await rejection(larder.destroy())).code).to.equal('open_blocked');
      busy = false;
      holder.close();
      await larder.destroy();
      await expectGone(larder);
      const next = await open();
      await next.sync();
      expect(await rowsOf(next.databaseName, 'chat_meta')).to.have.lengthOf(2);
    });
  });

  it('the tabs of a database of a newer version go too', async () => {
    const larder = await open();
    await larder.sync();
    raw.push(await openRaw(larder.databaseName, 99, (db) => db.createObjectStore('theirs').put('x', 1)));
    raw[0]!.onversionchange = () => raw[0]!.close();
    await larder.destroy();
    await expectGone(larder);
  });
});
