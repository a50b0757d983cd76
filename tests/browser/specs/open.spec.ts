/** Opening and closing: versions, other connections, users, arguments. */
import { expect } from 'chai';
import { httpTransport, openLarder, type LarderOptions } from 'chatlarder';
import { deleteRaw, openRaw, putRows, requestDone, rowsOf, versionOf } from './support/database.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { historyOf } from './support/history.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';

const OPEN_TIMEOUT_MS = 300;

function nameOf(userId: string): string {
  return `support-center-${userId}-cache`;
}

describe('open', () => {
  const larders = new Larders();
  const raw: IDBDatabase[] = [];
  const server = new FakeServer(2, 10);

  afterEach(async () => {
    for (const db of raw.splice(0)) {
      db.close();
      await deleteRaw(db.name);
    }
    server.release();
    await larders.destroyAll();
  });

  describe('a database of another version', () => {
    it('refuses a newer one and touches nothing', async () => {
      const userId = freshUser();
      const newer = await openRaw(nameOf(userId), 99, (db) => {
        db.createObjectStore('messages', { keyPath: 'id' }).put({ id: 'theirs' });
      });
      newer.close();
      raw.push(newer);
      const error = await rejection(openLarder({ userId, transport: server }));
      expect(error).to.include({ name: 'StorageError', code: 'newer_version', path: nameOf(userId) });
      expect(await versionOf(nameOf(userId))).to.equal(99);
      expect(await rowsOf(nameOf(userId), 'messages')).to.deep.equal([{ id: 'theirs' }]);
    });

    it('gives up with open_blocked while an older connection does not give way', async () => {
      const userId = freshUser();
      const old = await openRaw(nameOf(userId), 1);
      raw.push(old);
      const options = { userId, transport: server, openTimeoutMs: OPEN_TIMEOUT_MS };
      const start = performance.now();
      expect(await rejection(openLarder(options))).to.include({ code: 'open_blocked' });
      expect(performance.now() - start).to.be.within(OPEN_TIMEOUT_MS * 0.9, OPEN_TIMEOUT_MS * 10);
      old.close();
      const larder = await larders.open({ userId, transport: server });
      expect(await larder.chats()).to.deep.equal([]);
    });

    it('gives up with open_timeout when the database does not answer at all', async () => {
      const userId = freshUser();
      let busy = true;
      let underWay = false;
      const request = indexedDB.open(nameOf(userId), 3);
      request.onupgradeneeded = () => {
        underWay = true;
        const store = request.result.createObjectStore('busy');
        const again = () => busy && (store.get(1).onsuccess = again);
        again();
      };
      const upgraded = requestDone(request);
      await until(() => underWay);
      const options = { userId, transport: server, openTimeoutMs: OPEN_TIMEOUT_MS };
      const error = await rejection(openLarder(options));
      busy = false;
      raw.push(await upgraded);
      expect(error).to.include({ name: 'StorageError', code: 'open_timeout' });
    });
  });

  describe('other connections', () => {
    it('gives way to a newer version, says so, and refuses what comes after', async () => {
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.sync();
      server.hold();
      const waiting = rejection(larder.sync());
      await until(() => server.askedFor('fetchChats').length > 1);
      const closed = new Promise((resolve) => larder.addEventListener('closed', resolve, { once: true }));
      raw.push(await openRaw(larder.databaseName, 99));
      await closed;
      expect((await waiting).code).to.equal('closed');
      expect((await rejection(larder.chats())).code).to.equal('closed');
      expect((await rejection(larder.sync())).code).to.equal('closed');
    });

    it('gives way to a deletion, and what is opened next starts anew', async () => {
      const userId = freshUser();
      const first = await larders.open({ userId, transport: server });
      await first.sync();
      const closed = new Promise((resolve) => first.addEventListener('closed', resolve, { once: true }));
      await deleteRaw(first.databaseName);
      await closed;
      server.down = true;
      const second = await larders.open({ userId, transport: server });
      expect(await second.chats()).to.deep.equal([]);
      server.down = false;
      await second.sync().catch(() => {});
      await until(async () => (await second.chats()).length === 2);
    });

    it('a second larder of the user sees what the first fetches, and goes on after it', async function () {
      const userId = freshUser();
      const busy = new FakeServer(2, 10);
      const first = await larders.open({ userId, transport: busy });
      if (!first.capabilities.locks || !first.capabilities.broadcast) this.skip();
      await first.sync();
      const second = await larders.open({ userId, transport: busy });
      const counts: number[] = [];
      const stop = second.watchChats({}, (chats) => counts.push(chats.length));
      await until(() => counts.at(-1) === 2);
      busy.addChat(2, 5);
      await until(() => counts.at(-1) === 3);
      await first.close();
      busy.addChat(3, 5);
      await second.sync();
      await until(() => counts.at(-1) === 4);
      stop();
    });
  });

  describe('users', () => {
    it('never meet', async () => {
      const [ann, bob] = [freshUser(), freshUser()];
      const other = new FakeServer(1, 3);
      const first = await larders.open({ userId: ann, transport: server });
      const second = await larders.open({ userId: bob, transport: other });
      await Promise.all([first.chat(uuid(1, 0)).sync(), second.chat(uuid(1, 0)).sync()]);
      expect(first.databaseName).to.not.equal(second.databaseName);
      expect(await historyOf(first, 0)).to.have.lengthOf(10);
      expect(await historyOf(second, 0)).to.have.lengthOf(3);
      await first.destroy();
      expect(await historyOf(second, 0)).to.have.lengthOf(3);
    });

    it('nor do apps with a namespace of their own', async () => {
      const userId = freshUser();
      const first = await larders.open({ userId, transport: server });
      const second = await larders.open({ userId, namespace: 'other-app', transport: server });
      expect(first.databaseName).to.equal(nameOf(userId));
      expect(second.databaseName).to.equal(`other-app-${userId}-cache`);
      await first.sync();
      await first.close();
      await second.close();
      expect(await rowsOf(first.databaseName, 'chat_meta')).to.have.lengthOf(2);
      server.down = true;
      const again = await larders.open({ userId, namespace: 'third-app', transport: server });
      expect(await again.chats()).to.deep.equal([]);
      server.down = false;
    });
  });

  describe('close', () => {
    it('rejects what waits, and aborts the calls', async () => {
      const quiet = new FakeServer(1, 1);
      const larder = await larders.open({ userId: freshUser(), transport: quiet });
      await larder.sync();
      quiet.hold();
      const waiting = [larder.sync(), larder.chat(uuid(1, 0)).sync()].map(rejection);
      await until(() => quiet.askedFor('fetchMessages').length === 1);
      await larder.close();
      expect((await Promise.all(waiting)).map(({ code }) => code)).to.deep.equal(['closed', 'closed']);
      expect(quiet.aborted).to.be.greaterThan(0);
      expect((await rejection(larder.chat(uuid(1, 0)).messages())).code).to.equal('closed');
      expect((await rejection(larder.chat(uuid(1, 0)).markRead(1))).code).to.equal('closed');
    });

    it('may be called twice, and right after opening', async () => {
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await Promise.all([larder.close(), larder.close()]);
      await larder.close();
    });

    it('lets the same user open again at once', async () => {
      const userId = freshUser();
      for (let i = 0; i < 3; i += 1) {
        const larder = await larders.open({ userId, transport: server });
        await larder.sync();
        await larder.close();
      }
    });
  });

  describe('arguments', () => {
    const transport = httpTransport({ baseUrl: '/nowhere' });
    const cases: [string, unknown][] = [
      ['options', null],
      ['userId', { userId: '', transport }],
      ['userId', { userId: 7, transport }],
      ['userId', { userId: 'x'.repeat(257), transport }],
      ['namespace', { userId: 'u', namespace: '', transport }],
      ['transport', { userId: 'u' }],
      ['transport', { userId: 'u', transport: null }],
      ['transport.fetchChats', { userId: 'u', transport: {} }],
      ['transport.fetchMessages', { userId: 'u', transport: { fetchChats() {} } }],
      ['credentials', { userId: 'u', transport, credentials: 'secret' }],
      ['openTimeoutMs', { userId: 'u', transport, openTimeoutMs: 0 }],
      ['openTimeoutMs', { userId: 'u', transport, openTimeoutMs: NaN }],
    ];
    for (const [path, options] of cases) {
      it(`names ${path} in ${JSON.stringify(options)?.slice(0, 60)}`, async () => {
        const error = await rejection(openLarder(options as LarderOptions));
        expect(error).to.include({ name: 'ArgumentError', code: 'argument', path });
      });
    }

    it('names those of a chat', async () => {
      const larder = await larders.open({ userId: freshUser(), transport: server });
      expect(() => larder.chat('7'))
        .to.throw()
        .with.property('path', 'requestId');
      const chat = larder.chat(uuid(1, 0));
      const paths = await Promise.all(
        [
          larder.chats({ limit: 0 }),
          chat.messages({ limit: 1.5 }),
          chat.messages({ limit: -1 }),
          chat.messages({ before: 0 }),
        ].map(async (promise) => (await rejection(promise)).path),
      );
      expect(paths).to.deep.equal(['limit', 'limit', 'limit', 'before']);
      expect(() => chat.watch({ limit: NaN }, () => {}))
        .to.throw()
        .with.property('path', 'limit');
      expect(() => chat.markRead(0))
        .to.throw()
        .with.property('path', 'upToSequence');
      const gap = { startSeq: 5, endSeq: 4, detectedAt: 0 };
      expect(await rejection(chat.fill(gap))).to.include({ code: 'argument' });
    });
  });

  it('keeps what the app itself put beside it', async () => {
    const userId = freshUser();
    const first = await larders.open({ userId, transport: server });
    await first.sync();
    await first.close();
    await putRows(first.databaseName, 'cache_stats', [{ key: 'own', totalSize: 7 }]);
    const second = await larders.open({ userId, transport: server });
    await second.sync();
    await second.close();
    const rows = await rowsOf(first.databaseName, 'cache_stats');
    expect(rows).to.deep.include({ key: 'own', totalSize: 7 });
  });
});
