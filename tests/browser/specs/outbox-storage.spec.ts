/** What was written survives crashes; when it can't be stored, whoever wrote it is told. */
import { expect } from 'chai';
import type { Larder, SentMessage } from 'chatlarder';
import { rowsOf } from './support/database.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import { goOffline, goOnline, sentTo, shownOf, textsOf, untilDrained } from './support/outbox.js';
import { Remote, type Fault } from './support/remote.js';
import { Workers } from './support/workers.js';

const chatId = uuid(1, 0);
const QUOTA: Fault = { how: 'throw', name: 'QuotaExceededError', times: 1e9 };

describe('outbox and storage', () => {
  const larders = new Larders();
  const workers = new Workers();
  let userId: string;
  let server: FakeServer;
  let remote: Remote;
  let larder: Larder;

  beforeEach(() => {
    workers.watch();
    userId = freshUser();
    server = new FakeServer(2, 20);
    remote = new Remote(server);
  });
  afterEach(async () => {
    server.release();
    await remote.arm(null).catch(() => {});
    await larders.destroyAll({ ended: true });
    remote.close();
    workers.forget();
  });

  async function start(): Promise<void> {
    larder = await larders.open({ userId, transport: remote.config });
    await larder.sync();
    await larder.chat(chatId).sync();
  }

  function send(content: string, options: { allowVolatile?: boolean } = {}): Promise<SentMessage> {
    return larder.chat(chatId).send({ content }, options);
  }

  function keysSent(): Set<unknown> {
    return new Set(server.askedFor('sendMessage').map((params) => params['clientTempId']));
  }

  describe('a page that goes', () => {
    it('while a call is under way: it is repeated with its key', async () => {
      await start();
      server.hold();
      const { id } = await send('interrupted');
      await until(() => server.askedFor('sendMessage').length === 1);
      await larder.close();
      const [operation] = await rowsOf(larder.databaseName, 'offline_queue');
      expect(operation).to.include({ id, status: 'syncing', retryCount: 1 });
      server.release();
      await start();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['interrupted']);
      expect(keysSent()).to.deep.equal(new Set([id]));
    });

    it('without a word, with three messages behind it, loses nothing and doubles nothing', async () => {
      await start();
      server.hold();
      const texts = ['one', 'two', 'three', 'four'];
      for (const text of texts) await send(text);
      await until(() => server.askedFor('sendMessage').length === 1);
      workers.last.terminate();
      server.release();
      await until(() => sentTo(server, 0).length === 1);
      await start();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      expect((await textsOf(larder, 0)).slice(-4)).to.deep.equal(texts);
    });
  });

  describe('a transaction that fails once', () => {
    const faults: [string, Fault][] = [
      ['aborted', { how: 'abort' }],
      ['by a full disk', { how: 'throw', name: 'QuotaExceededError' }],
      ['by a connection that is closed', { how: 'close' }],
      ['by a connection that the browser closed', { how: 'lost' }],
      ['at the message', { how: 'throw', name: 'UnknownError', store: 'messages' }],
      ['at the operation', { how: 'throw', name: 'UnknownError', store: 'offline_queue' }],
    ];
    for (const [name, fault] of faults) {
      it(`${name}: the message is stored and sent, once`, async () => {
        await start();
        await remote.arm(fault);
        const message = await send('survivor');
        expect(message).to.include({ durable: true, content: 'survivor', status: 'pending' });
        await untilDrained(larder);
        expect(await remote.hits()).to.equal(1);
        expect(sentTo(server, 0)).to.deep.equal(['survivor']);
        expect((await shownOf(larder, 0)).at(-1)).to.include({ tempId: message.id, status: 'sent' });
      });
    }

    it('when the reply is stored: it is still one message', async () => {
      await start();
      server.hold();
      await send('answered');
      await until(() => server.askedFor('sendMessage').length === 1);
      await remote.arm({ how: 'abort' });
      server.release();
      await untilDrained(larder);
      expect(await remote.hits()).to.equal(1);
      expect(sentTo(server, 0)).to.deep.equal(['answered']);
      expect((await textsOf(larder, 0)).filter((text) => text === 'answered')).to.have.lengthOf(1);
    });
  });

  describe('storage that keeps failing', () => {
    const troubles: [string, Fault, RegExp][] = [
      ['the disk is full', QUOTA, /QuotaExceededError/],
      ['each transaction is aborted', { how: 'abort', times: 1e9 }, /AbortError|aborted/i],
      ['the row can not be cloned', { how: 'throw', name: 'DataCloneError', times: 1e9 }, /DataCloneError/],
    ];
    for (const [name, fault, reason] of troubles) {
      it(`because ${name}: send() says so, and nothing is kept`, async () => {
        await start();
        await goOffline(larder);
        await remote.arm(fault);
        const error = await rejection(send('lost'));
        expect(error).to.include({ name: 'DurabilityError', code: 'not_durable' });
        expect(error.reason).to.match(reason);
        expect(error.cause).to.be.an('error');
        await remote.arm(null);
        goOnline();
        await larder.sync();
        await send('kept');
        await untilDrained(larder);
        expect(sentTo(server, 0)).to.deep.equal(['kept']);
      });
    }
  });

  describe('a message that may be volatile', () => {
    it('is as durable as any other where that goes', async () => {
      await start();
      expect(await send('stored', { allowVolatile: true })).to.include({ durable: true });
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['stored']);
    });

    it('is sent from memory while storage fails, and stored once when it no longer does', async () => {
      await start();
      await remote.arm(QUOTA);
      const message = await send('from memory', { allowVolatile: true });
      expect(message).to.include({ durable: false, content: 'from memory', status: 'pending' });
      await until(() => sentTo(server, 0).length === 1);
      expect(await rowsOf(larder.databaseName, 'offline_queue')).to.deep.equal([]);
      await remote.arm(null);
      await larder.sync();
      await until(async () => (await shownOf(larder, 0)).at(-1)!.status === 'sent');
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['from memory']);
      expect(keysSent()).to.deep.equal(new Set([message.id]));
      expect((await textsOf(larder, 0)).filter((text) => text === 'from memory')).to.have.lengthOf(1);
    });

    it('waits in memory for a network, behind those before it', async () => {
      await start();
      await goOffline(larder);
      await remote.arm(QUOTA);
      const texts = ['one', 'two', 'three'];
      const sent = await Promise.all(texts.map((text) => send(text, { allowVolatile: true })));
      expect(sent.map(({ durable }) => durable)).to.deep.equal([false, false, false]);
      expect(server.askedFor('sendMessage')).to.have.lengthOf(0);
      goOnline();
      await until(() => sentTo(server, 0).length === 3);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      await remote.arm(null);
      await larder.sync();
      await until(async () => (await textsOf(larder, 0)).slice(-3).join() === texts.join());
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(texts);
    });

    it('is stored before it was sent, if that goes first', async () => {
      await start();
      await goOffline(larder);
      await remote.arm(QUOTA);
      const { id } = await send('patient', { allowVolatile: true });
      await remote.arm(null);
      await larder.chat(chatId).markRead(20);
      await until(async () => (await larder.outbox.list()).some((operation) => operation.id === id));
      expect((await shownOf(larder, 0)).at(-1)).to.include({ id, content: 'patient', status: 'pending' });
      await larder.close();
      await start();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['patient']);
    });

    it('works when the database can not be opened, until it can', async () => {
      await start();
      await remote.arm({ how: 'close' });
      server.hold();
      await larder.chat(chatId).markRead(1);
      await remote.arm({ how: 'open', times: 1e9 });
      const message = await send('no database', { allowVolatile: true });
      expect(message).to.include({ durable: false });
      server.release();
      await until(() => sentTo(server, 0).length === 1);
      await remote.arm(null);
      document.dispatchEvent(new Event('visibilitychange'));
      await until(async () => (await shownOf(larder, 0)).at(-1)!.tempId === message.id);
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['no database']);
    });

    it('that is wrong is refused as any other', async () => {
      await start();
      await remote.arm(QUOTA);
      const error = await rejection(send('', { allowVolatile: true }));
      expect(error).to.include({ name: 'ArgumentError', path: 'content' });
    });

    it('that the server refuses is kept as failed once it can be stored', async () => {
      await start();
      server.refuse = (method) => {
        if (method === 'sendMessage') throw Object.assign(new Error('not you'), { status: 403 });
      };
      await remote.arm(QUOTA);
      const { id } = await send('refused', { allowVolatile: true });
      await until(() => server.askedFor('sendMessage').length === 1);
      await remote.arm(null);
      await larder.sync();
      await until(async () => (await larder.outbox.list())[0]?.status === 'failed');
      expect((await shownOf(larder, 0)).at(-1)).to.include({ id, status: 'failed', errorMessage: 'not you' });
    });
  });
});
