/** The outbox: what was written is stored at once and sent once, in order, whatever the server does. */
import { expect } from 'chai';
import type { CachedMessage, Larder, MessagePage, OfflineOperation, Transport } from 'chatlarder';
import { rowsOf } from './support/database.js';
import { FakeServer, uuid, type ServerMessage } from './support/fake-server.js';
import { gapsOf, range } from './support/history.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import {
  codeOf,
  goOffline,
  goOnline,
  sentTo,
  shownOf,
  textsOf,
  untilDrained,
  untilStatus,
} from './support/outbox.js';

const chatId = uuid(1, 0);

/** Fails a call as a server does. */
function fail(status: number, reason = 'because', fields: object = {}): never {
  throw Object.assign(new Error(reason), { status, ...fields });
}

describe('outbox', () => {
  const larders = new Larders();
  let userId: string;
  let server: FakeServer;
  let larder: Larder;

  beforeEach(() => {
    userId = freshUser();
    server = new FakeServer(3, 20);
  });
  afterEach(async () => {
    server.release();
    await larders.destroyAll();
  });

  async function open(): Promise<Larder> {
    larder = await larders.open({ userId, transport: server });
    return larder;
  }

  /** A larder that has caught up with chat 0. */
  async function start(): Promise<void> {
    await open();
    await larder.sync();
    await larder.chat(chatId).sync();
  }

  async function startOffline(): Promise<void> {
    await start();
    await goOffline(larder);
  }

  function send(content: string, chat = 0): Promise<CachedMessage> {
    return larder.chat(uuid(1, chat)).send({ content });
  }

  /** From now on messages with this text fail so. */
  function refuse(content: string, status: number, fields: object = {}): void {
    server.refuse = (method, params) => {
      if (method === 'sendMessage' && params['content'] === content) fail(status, 'because', fields);
    };
  }

  /** From now on no delta brings what was sent. */
  function bringByReplyOnly(): void {
    server.refuse = (method) => {
      if (method === 'fetchMessages') fail(503);
    };
  }

  describe('a message that is written offline', () => {
    it('is stored when send() resolves, and says what it is', async () => {
      await startOffline();
      const text = 'schön 🐟 "quoted" \\ \u2028 end';
      const message = await larder.chat(chatId).send({ content: text, isScreenshot: true, mood: 'good' });
      expect(message).to.include({
        requestId: chatId,
        content: text,
        status: 'pending',
        durable: true,
        senderId: userId,
        isScreenshot: true,
        mood: 'good',
        sequenceNumber: 2 ** 52,
      });
      expect([message.tempId, message.clientTempId]).to.deep.equal([message.id, message.id]);
      const { durable, ...shown } = message;
      void durable;
      expect((await shownOf(larder, 0)).at(-1)).to.deep.equal(shown);
      const [operation] = await larder.outbox.list();
      expect(operation).to.deep.include({
        id: message.id,
        type: 'send_message',
        requestId: chatId,
        status: 'pending',
        retryCount: 0,
        attemptedAt: null,
        payload: { tempId: message.id, content: text, isScreenshot: true, mood: 'good' },
      });
    });

    it('is shown last, and counted', async () => {
      await startOffline();
      const pages: MessagePage[] = [];
      const stop = larder.chat(chatId).watch({ limit: 5 }, (page) => pages.push(page));
      const outbox: OfflineOperation[][] = [];
      const stopOutbox = larder.outbox.watch((operations) => outbox.push(operations));
      let events = 0;
      larder.addEventListener('outbox', () => (events += 1));
      await until(() => pages.length && outbox.length);
      await send('first');
      await send('second');
      await until(() => pages.at(-1)!.messages.at(-1)!.content === 'second');
      await until(() => outbox.at(-1)!.length === 2 && events === 2);
      stop();
      stopOutbox();
      const [last] = pages.slice(-1);
      expect(last!.messages.map(({ content }) => content).slice(-3)).to.deep.equal([
        'message 20 of chat 0',
        'first',
        'second',
      ]);
      expect(outbox[0]).to.deep.equal([]);
      const [top] = await larder.chats();
      expect(top).to.include({ requestId: chatId, unsentCount: 2, messageCount: 20 });
      expect(Date.parse(top!.lastActivityAt!)).to.be.closeTo(Date.now(), 60_000);
      expect((await larder.verify()).problems).to.deep.equal([]);
    });

    it('is there after a reload, and is sent once when there is a network', async () => {
      await startOffline();
      const { id } = await send('before the reload');
      await larder.close();
      server.down = true;
      await open();
      expect((await shownOf(larder, 0)).at(-1)).to.include({ id, status: 'pending' });
      server.down = false;
      goOnline();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['before the reload']);
      const last = (await shownOf(larder, 0)).at(-1)!;
      const { id: serverId, sequenceNumber } = server.chats.get(0)!.messages.at(-1)!;
      expect(last).to.include({ id: serverId, sequenceNumber, tempId: id, status: 'sent' });
      expect(await textsOf(larder, 0)).to.have.lengthOf(21);
      const summary = (await larder.chats()).find(({ requestId }) => requestId === chatId);
      expect(summary).to.include({ unsentCount: 0, messageCount: 21 });
      expect(await rowsOf(larder.databaseName, 'offline_queue')).to.deep.equal([]);
    });

    it('works before the chat was ever synchronised, and before the list was', async () => {
      server.down = true;
      await open();
      await until(() => larder.connection === 'offline');
      const { id } = await send('hello?');
      expect(await textsOf(larder, 0)).to.deep.equal(['hello?']);
      expect((await larder.chats())[0]).to.include({ requestId: chatId, unsentCount: 1, messageCount: 0 });
      server.down = false;
      goOnline();
      await untilDrained(larder);
      await larder.chat(chatId).sync();
      expect(await textsOf(larder, 0)).to.deep.equal(server.chats.get(0)!.messages.map((m) => m.content));
      expect((await shownOf(larder, 0)).at(-1)).to.include({ tempId: id });
      expect(await gapsOf(larder, 0)).to.deep.equal([]);
    });

    it('is one of ten, which arrive in the order in which they were written', async () => {
      await startOffline();
      const texts = range(1, 10).map((n) => `number ${n}`);
      await Promise.all(texts.map((text) => send(text)));
      expect((await larder.outbox.list()).map(({ payload }) => payload['content'])).to.deep.equal(texts);
      expect((await textsOf(larder, 0)).slice(-10)).to.deep.equal(texts);
      goOnline();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      expect((await textsOf(larder, 0)).slice(-10)).to.deep.equal(texts);
      await untilShown(server, 0);
    });
  });

  /** Waits until a chat shows what the server has, message by message. */
  async function untilShown(of: FakeServer, chat: number): Promise<void> {
    const expected = of.chats.get(chat)!.messages.map(({ id }) => id);
    await until(async () => {
      const shown = (await shownOf(larder, chat)).map(({ id }) => id);
      return JSON.stringify(shown) === JSON.stringify(expected);
    });
  }

  describe('online', () => {
    it('a message leaves at once, with its key and all that the app gave', async () => {
      await start();
      const { id } = await larder
        .chat(chatId)
        .send({ content: 'now', screenshotFileName: 'a.png', tag: [1] });
      await untilDrained(larder);
      expect(server.askedFor('sendMessage')).to.deep.equal([
        { requestId: chatId, clientTempId: id, content: 'now', screenshotFileName: 'a.png', tag: [1] },
      ]);
      await untilShown(server, 0);
    });

    it('chats do not wait for each other, but at most four calls are under way', async () => {
      server = new FakeServer(8, 3);
      await start();
      server.hold();
      for (const chat of range(0, 7)) for (const n of [1, 2]) await send(`${n} of ${chat}`, chat);
      await until(() => server.askedFor('sendMessage').length === 4);
      const first = server.askedFor('sendMessage').map(({ requestId }) => requestId);
      expect(new Set(first).size).to.equal(4);
      server.release();
      await untilDrained(larder);
      for (const chat of range(0, 7)) {
        expect(sentTo(server, chat)).to.deep.equal([`1 of ${chat}`, `2 of ${chat}`]);
      }
    });

    it('a message that is longer than allowed, or none, is refused and named', async () => {
      await start();
      const wrong = [{ content: '' }, { content: '🐟'.repeat(10_001) }, { content: 7 }, {}, null, []];
      for (const message of wrong) {
        const error = await rejection(larder.chat(chatId).send(message as never));
        expect(error).to.include({ name: 'ArgumentError', code: 'argument' });
      }
      const { content } = await send('🐟'.repeat(10_000));
      expect([...content]).to.have.lengthOf(10_000);
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal([content]);
    });

    it('a transport that can not send says so', async () => {
      const transport: Transport = {
        fetchChats: (params, options) => server.fetchChats(params, options),
        fetchMessages: (params, options) => server.fetchMessages(params, options),
      };
      larder = await larders.open({ userId, transport });
      const { id } = await send('nobody listens');
      const { lastError } = await untilStatus(larder, id, 'failed');
      expect(lastError).to.equal('the transport has no sendMessage');
      expect((await shownOf(larder, 0)).at(-1)).to.include({ status: 'failed', errorMessage: lastError });
    });
  });

  describe('a reply that is lost', () => {
    it('makes no second message', async () => {
      await start();
      let lost = 0;
      server.tamperSent = (message) => {
        if ((lost += 1) > 2) return message;
        throw new Error('the line went dead');
      };
      bringByReplyOnly();
      const { id } = await send('once');
      await until(async () => {
        await larder.outbox.retry(id).catch(() => {});
        return server.askedFor('sendMessage').length > 2;
      });
      await untilDrained(larder);
      server.refuse = null;
      expect(sentTo(server, 0)).to.deep.equal(['once']);
      expect(new Set(server.askedFor('sendMessage').map((params) => params['clientTempId']))).to.deep.equal(
        new Set([id]),
      );
      await untilShown(server, 0);
    });

    it('may come after a delta that brings the message, which is shown once', async () => {
      await start();
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      server.tamperSent = async (message) => {
        await released;
        return message;
      };
      const { id } = await send('raced');
      await until(async () => !(await larder.outbox.list()).length);
      expect((await shownOf(larder, 0)).at(-1)).to.include({ tempId: id, status: 'sent' });
      expect((await textsOf(larder, 0)).filter((text) => text === 'raced')).to.have.lengthOf(1);
      release();
      await send('after it');
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['raced', 'after it']);
      await untilShown(server, 0);
    });
  });

  describe('statuses that are final', () => {
    for (const status of [400, 403, 404, 409, 410, 413, 422]) {
      it(`${status}: the message has failed with the reason, and does not hold back the next`, async () => {
        await startOffline();
        const { id } = await send('bad');
        await send('good');
        refuse('bad', status);
        goOnline();
        const operation = await untilStatus(larder, id, 'failed');
        expect(operation).to.include({ lastError: 'because', retryCount: 1, nextRetryAt: null });
        await until(() => sentTo(server, 0).length === 1);
        expect(sentTo(server, 0)).to.deep.equal(['good']);
        const shown = (await shownOf(larder, 0)).find((message) => message.id === id);
        expect(shown).to.include({ status: 'failed', errorMessage: 'because' });
        await until(async () => (await larder.outbox.list()).length === 1);
        expect((await larder.verify()).problems).to.deep.equal([]);
      });
    }
  });

  describe('statuses after which it is tried again', () => {
    for (const status of [408, 425, 429, 500, 502, 503, 520]) {
      it(`${status}: what is behind it in the chat waits, other chats do not`, async () => {
        await startOffline();
        const { id } = await send('slow');
        await send('behind it');
        await send('elsewhere', 1);
        refuse('slow', status);
        goOnline();
        await until(() => sentTo(server, 1).length === 1);
        const waiting = await until(async () => {
          const operation = (await larder.outbox.list()).find((each) => each.id === id);
          return operation?.nextRetryAt ? operation : null;
        });
        expect(waiting).to.include({ status: 'pending', lastError: 'because' });
        expect(sentTo(server, 0)).to.deep.equal([]);
        server.refuse = null;
        await larder.outbox.retry(id);
        await untilDrained(larder);
        expect(sentTo(server, 0)).to.deep.equal(['slow', 'behind it']);
      });
    }

    const waits: [string, () => string, number, number][] = [
      ['in seconds', () => '100', 95_000, 101_000],
      ['as a date', () => new Date(Date.now() + 120_000).toUTCString(), 110_000, 122_000],
      ['absurdly long', () => '999999999999', 60_000, 301_000],
      ['absurd', () => 'soon', 0, 61_000],
      ['as a date long ago', () => 'Mon, 01 Jan 2001 00:00:00 GMT', 0, 61_000],
    ];
    for (const [name, retryAfter, least, most] of waits) {
      it(`429 with Retry-After ${name}`, async () => {
        await startOffline();
        const { id } = await send('slow');
        refuse('slow', 429, { retryAfter: retryAfter() });
        goOnline();
        const waiting = await until(async () => {
          const [operation] = await larder.outbox.list();
          return operation!.nextRetryAt ? operation! : null;
        });
        expect(waiting.nextRetryAt! - waiting.attemptedAt!).to.be.within(least, most);
        server.refuse = null;
        await larder.outbox.retry(id);
        await untilDrained(larder);
      });
    }

    it('no more often than five times by itself', async () => {
      await start();
      refuse('hopeless', 500);
      const { id } = await send('hopeless');
      await until(async () => {
        const [operation] = await larder.outbox.list();
        if (operation!.status === 'failed') return true;
        await larder.outbox.retry(id);
        return false;
      });
      expect(server.askedFor('sendMessage').length).to.equal(5);
      server.refuse = null;
      await larder.outbox.retry(id);
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['hopeless']);
    });

    it('an answer that is no message, as from a captive portal', async () => {
      await start();
      let answers = 0;
      server.tamperSent = (message) =>
        (answers += 1) > 1 ? message : '<!doctype html><title>Please log in to the wireless network</title>';
      bringByReplyOnly();
      const { id } = await send('hello');
      await until(async () => {
        await larder.outbox.retry(id).catch(() => {});
        return !(await larder.outbox.list()).length;
      });
      server.refuse = null;
      expect(sentTo(server, 0)).to.deep.equal(['hello']);
      expect((await shownOf(larder, 0)).at(-1)).to.include({ tempId: id, status: 'sent' });
    });
  });

  describe('401', () => {
    it('pauses everything, counts as nothing, and ends with new credentials', async () => {
      await start();
      server.refuse = (method) => {
        if (method === 'sendMessage') fail(401, 'who are you?');
      };
      const { id } = await send('mine');
      await until(() => larders.withCode('auth').length > 0);
      await send('mine too');
      await send('and mine', 1);
      const [first] = await larder.outbox.list();
      expect(first).to.include({ id, status: 'pending', retryCount: 0 });
      expect(server.askedFor('sendMessage')).to.have.lengthOf(1);
      server.refuse = null;
      larder.setCredentials('new');
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['mine', 'mine too']);
      expect(sentTo(server, 1)).to.deep.equal(['and mine']);
    });
  });

  describe('what the page may do', () => {
    it('cancel what waits: message and operation go together', async () => {
      await startOffline();
      const [first, second] = [await send('not this'), await send('but this')];
      await larder.outbox.cancel(first.id);
      expect((await textsOf(larder, 0)).slice(-2)).to.deep.equal(['message 20 of chat 0', 'but this']);
      expect((await larder.outbox.list()).map(({ id }) => id)).to.deep.equal([second.id]);
      expect((await larder.verify()).problems).to.deep.equal([]);
      goOnline();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['but this']);
    });

    it('cancel what failed', async () => {
      await start();
      refuse('bad', 403);
      const { id } = await send('bad');
      await untilStatus(larder, id, 'failed');
      await larder.outbox.cancel(id);
      await untilDrained(larder);
      expect(await textsOf(larder, 0)).to.have.lengthOf(20);
    });

    it('edit what was never tried', async () => {
      await startOffline();
      const { id } = await send('teh text');
      await larder.outbox.edit(id, 'the text');
      expect((await shownOf(larder, 0)).at(-1)).to.include({ id, content: 'the text', status: 'pending' });
      goOnline();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['the text']);
    });

    it('edit what the server refused, which sends it', async () => {
      await start();
      refuse('too rude', 422);
      const { id } = await send('too rude');
      await untilStatus(larder, id, 'failed');
      await larder.outbox.edit(id, 'polite');
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['polite']);
      expect((await shownOf(larder, 0)).at(-1)).to.include({ tempId: id, content: 'polite' });
    });

    it('retry one that failed, or all of them', async () => {
      await start();
      server.refuse = (method) => {
        if (method === 'sendMessage') fail(403);
      };
      const ids: string[] = [];
      for (const n of [1, 2, 3]) ids.push((await send(`try ${n}`)).id);
      for (const id of ids) await untilStatus(larder, id, 'failed');
      server.refuse = null;
      await larder.outbox.retry(ids[1]!);
      await until(() => sentTo(server, 0).length === 1);
      await larder.outbox.retryAll();
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['try 2', 'try 1', 'try 3']);
    });

    it('nothing with what is not there', async () => {
      await start();
      const { outbox } = larder;
      const id = crypto.randomUUID();
      expect(await codeOf(outbox.retry(id))).to.equal('unknown_operation');
      expect(await codeOf(outbox.cancel(id))).to.equal('unknown_operation');
      expect(await codeOf(outbox.edit(id, 'text'))).to.equal('unknown_operation');
      await outbox.retryAll();
      const sent = await send('sent');
      await untilDrained(larder);
      expect(await codeOf(outbox.cancel(sent.id))).to.equal('unknown_operation');
    });

    it('nothing with what is being sent', async () => {
      await start();
      server.hold();
      const { id } = await send('on its way');
      await until(() => server.askedFor('sendMessage').length === 1);
      expect(await codeOf(larder.outbox.cancel(id))).to.equal('operation_under_way');
      expect(await codeOf(larder.outbox.edit(id, 'other'))).to.equal('operation_under_way');
      await larder.outbox.retry(id);
      server.release();
      await untilDrained(larder);
      expect(server.askedFor('sendMessage')).to.have.lengthOf(1);
    });

    it('no change of what may have arrived', async () => {
      await start();
      server.tamperSent = () => fail(500);
      bringByReplyOnly();
      const { id } = await send('perhaps');
      await until(async () => (await larder.outbox.list())[0]!.nextRetryAt !== null);
      expect(await codeOf(larder.outbox.edit(id, 'other'))).to.equal('operation_attempted');
      server.tamperSent = server.refuse = null;
      await larder.outbox.retry(id);
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['perhaps']);
    });

    it('no change to a text that is none', async () => {
      await startOffline();
      const { id } = await send('text');
      const error = await rejection(larder.outbox.edit(id, ''));
      expect(error).to.include({ name: 'ArgumentError', path: 'content' });
      expect((await shownOf(larder, 0)).at(-1)).to.include({ content: 'text' });
    });
  });

  describe('receipts', () => {
    it('are queued, merge to the highest, and are sent once', async () => {
      await startOffline();
      for (const upTo of [5, 12, 9]) await larder.chat(chatId).markRead(upTo);
      const operations = await larder.outbox.list();
      expect(operations.map(({ type, payload }) => [type, payload['upToSequence']])).to.deep.equal([
        ['mark_read', 12],
      ]);
      goOnline();
      await untilDrained(larder);
      expect(server.askedFor('markRead')).to.deep.equal([
        { requestId: chatId, messageIds: [], upToSequence: 12 },
      ]);
    });

    it('of several chats are all sent', async () => {
      await startOffline();
      for (const chat of [0, 1, 2]) await larder.chat(uuid(1, chat)).markRead(20);
      goOnline();
      await untilDrained(larder);
      expect(server.askedFor('markRead').map(({ requestId }) => requestId)).to.have.members(
        [0, 1, 2].map((chat) => uuid(1, chat)),
      );
    });

    it('that fail delay no message', async () => {
      await startOffline();
      await larder.chat(chatId).markRead(12);
      await send('still here');
      server.refuse = (method) => {
        if (method === 'markRead') fail(500);
      };
      goOnline();
      await until(() => sentTo(server, 0).length === 1);
      await until(async () => (await larder.outbox.list()).length === 1);
      expect((await larder.outbox.list())[0]).to.include({ type: 'mark_read', status: 'pending' });
    });

    it('that hang delay no message', async () => {
      await startOffline();
      for (const chat of [0, 1, 2]) await larder.chat(uuid(1, chat)).markRead(12);
      server.refuse = (method) => {
        if (method === 'markRead') server.hold();
      };
      goOnline();
      await until(() => server.askedFor('markRead').length > 0);
      server.refuse = null;
      server.release();
      server.hold();
      for (const chat of [0, 1, 2]) await send('still here', chat);
      await until(() => server.askedFor('sendMessage').length === 3);
      server.release();
      await untilDrained(larder);
    });
  });

  it('keeps what the server adds to its answer', async () => {
    await start();
    server.tamperSent = (message): ServerMessage => ({ ...message, reactions: ['👍'], precise: 0.1 });
    bringByReplyOnly();
    await send('keep');
    await until(async () => !(await larder.outbox.list()).length);
    expect((await shownOf(larder, 0)).at(-1)).to.deep.include({ reactions: ['👍'], precise: 0.1 });
  });
});
