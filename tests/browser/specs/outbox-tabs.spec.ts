/** Tabs of one user: each may write at any time; the one that leads sends, whoever that is. */
import { expect } from 'chai';
import type { Larder, SentMessage } from 'chatlarder';
import { openRaw, rowsOf } from './support/database.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { range } from './support/history.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import { codeOf, sentTo, shownOf, textsOf, untilDrained, untilStatus } from './support/outbox.js';
import { Remote } from './support/remote.js';
import { IdleLeader } from './support/tabs.js';
import { Workers } from './support/workers.js';

const chatId = uuid(1, 0);

describe('outbox and tabs', () => {
  const larders = new Larders();
  const workers = new Workers();
  const channels: BroadcastChannel[] = [];
  const releases: (() => void)[] = [];
  let userId: string;
  let server: FakeServer;
  let first: Larder;
  let second: Larder;

  beforeEach(() => {
    workers.watch();
    userId = freshUser();
    server = new FakeServer(2, 20);
  });
  afterEach(async () => {
    server.release();
    for (const release of releases.splice(0)) release();
    for (const channel of channels.splice(0)) channel.close();
    await larders.destroyAll({ ended: true });
    workers.forget();
  });

  /** The first tab leads and has caught up with chat 0. */
  async function start(transport: Parameters<Larders['open']>[0]['transport'] = server): Promise<void> {
    first = await larders.open({ userId, transport });
    await first.sync();
    await first.chat(chatId).sync();
    second = await larders.open({ userId, transport: server });
  }

  function send(larder: Larder, content: string, allowVolatile = false): Promise<SentMessage> {
    return larder.chat(chatId).send({ content }, { allowVolatile });
  }

  async function mail(): Promise<string[]> {
    const rows = await rowsOf(first.databaseName, 'cache_stats');
    return rows.map(({ key }) => String(key)).filter((key) => key.startsWith('mail:'));
  }

  /** Everything that is said on the channels of the tabs from now on. */
  function overhear(): string[] {
    const heard: string[] = [];
    const name = `chatlarder:${first.databaseName}`;
    for (const each of [name, `${name}:commands`]) {
      const channel = new BroadcastChannel(each);
      channel.onmessage = ({ data }) => heard.push(JSON.stringify(data));
      channels.push(channel);
    }
    return heard;
  }

  /** Keeps whoever leads from committing until what is returned is called. */
  async function block(): Promise<() => void> {
    const db = await openRaw(first.databaseName);
    const store = db.transaction('messages', 'readwrite').objectStore('messages');
    let busy = true;
    const again = () => (busy ? (store.get('x').onsuccess = again) : db.close());
    again();
    const unblock = () => (busy = false);
    releases.push(unblock);
    return unblock;
  }

  /** Leads, and does nothing, until what is returned is called. */
  async function leadInstead(databaseName: string): Promise<() => void> {
    const leader = await new IdleLeader().lead(databaseName);
    const release = () => leader.release();
    releases.push(release);
    return release;
  }

  describe('a tab that does not lead', () => {
    it('writes through the one that does, and both show it', async () => {
      await start();
      server.hold();
      const message = await send(second, 'from the second');
      expect(message).to.include({ content: 'from the second', status: 'pending', durable: true });
      for (const larder of [first, second]) {
        expect((await shownOf(larder, 0)).at(-1)).to.include({ id: message.id, status: 'pending' });
      }
      server.release();
      await untilDrained(first);
      expect(sentTo(server, 0)).to.deep.equal(['from the second']);
      expect(await mail()).to.deep.equal([]);
    });

    it('is told of every change of the outbox', async () => {
      await start();
      const counts: number[] = [];
      const stop = second.outbox.watch((operations) => counts.push(operations.length));
      await until(() => counts.length === 1);
      server.hold();
      await send(first, 'elsewhere');
      await until(() => counts.at(-1) === 1);
      server.release();
      await until(() => counts.at(-1) === 0);
      stop();
    });

    it('sends no content over the channel', async () => {
      await start();
      const heard = overhear();
      const { id } = await send(second, 'a secret of mine');
      await untilDrained(second);
      await second.chat(chatId).markRead(20);
      await until(() => heard.some((text) => text.includes(id)));
      expect(heard.join()).to.not.include('secret');
    });

    it('keeps its order', async () => {
      await start();
      const texts = range(1, 10).map((n) => `number ${n}`);
      await Promise.all(texts.map((text) => send(second, text)));
      await untilDrained(first);
      expect(sentTo(server, 0)).to.deep.equal(texts);
    });

    it('reads, synchronises, retries, edits and cancels as any other', async () => {
      await start();
      server.post(0, 3);
      await second.chat(chatId).sync();
      await second.sync();
      expect((await textsOf(second, 0)).at(-1)).to.equal('message 23 of chat 0');
      server.refuse = (method) => {
        if (method === 'sendMessage') throw Object.assign(new Error('no'), { status: 403 });
      };
      const [one, two] = [await send(second, 'one'), await send(second, 'two')];
      for (const { id } of [one, two]) await untilStatus(second, id, 'failed');
      await second.outbox.cancel(two.id);
      server.refuse = null;
      await second.outbox.edit(one.id, 'one, edited');
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(['one, edited']);
      await second.chat(chatId).markRead(23);
      await until(() => server.askedFor('markRead').length === 1);
      expect(await codeOf(second.outbox.retry(two.id))).to.equal('unknown_operation');
      expect(await rejection(send(second, ''))).to.include({ name: 'ArgumentError', path: 'content' });
    });
  });

  describe('when the one that leads closes', () => {
    it('the other sends what it wrote before, and what it writes then', async () => {
      await start();
      server.hold();
      const texts = ['before', 'then'];
      await send(second, texts[0]!);
      await until(() => server.askedFor('sendMessage').length === 1);
      await first.close();
      await send(second, texts[1]!);
      server.release();
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      expect((await textsOf(second, 0)).slice(-2)).to.deep.equal(texts);
    });

    it('before it has answered: nothing is lost, nothing is doubled', async () => {
      await start();
      const unblock = await block();
      const texts = ['one', 'two', 'three'];
      const sent = Promise.all(texts.map((text) => send(second, text)));
      const read = second.chat(chatId).markRead(20);
      const closed = first.close();
      unblock();
      await closed;
      expect((await sent).map(({ content }) => content)).to.deep.equal(texts);
      await read;
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      expect(await mail()).to.deep.equal([]);
      expect(server.askedFor('markRead')).to.have.lengthOf(1);
    });

    it('before it has heard anything: it is said again', async () => {
      const release = await leadInstead(`support-center-${userId}-cache`);
      first = await larders.open({ userId, transport: server });
      second = await larders.open({ userId, transport: server });
      const sent = [send(first, 'of one tab'), send(second, 'of the other')];
      const synced = second.chat(chatId).sync();
      await until(async () => (await mail()).length === 2);
      release();
      const ids = (await Promise.all(sent)).map(({ id }) => id);
      await synced;
      await untilDrained(second);
      expect(sentTo(server, 0)).to.have.members(['of one tab', 'of the other']);
      await until(async () => {
        const shown = (await shownOf(first, 0)).slice(-2).map(({ tempId }) => tempId);
        return shown.length === 2 && shown.every((tempId) => ids.includes(tempId!));
      });
      expect(await mail()).to.deep.equal([]);
    });

    it('a third one may lead, for both', async () => {
      await start();
      await send(second, 'by the first');
      const third = await larders.open({ userId, transport: server });
      await send(third, 'by the first, too');
      await first.close();
      await Promise.all([send(second, 'from the second'), send(third, 'from the third')]);
      await untilDrained(third);
      await second.close();
      await send(third, 'alone');
      await untilDrained(third);
      expect(sentTo(server, 0)).to.have.members([
        'by the first',
        'by the first, too',
        'from the second',
        'from the third',
        'alone',
      ]);
    });
  });

  describe('when the one that leads dies', () => {
    it('the other sends what was not sent', async () => {
      await start();
      server.hold();
      await send(first, 'of the dead');
      await send(second, 'of the living');
      await until(() => server.askedFor('sendMessage').length === 1);
      workers.first.terminate();
      server.release();
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(['of the dead', 'of the living']);
    });
  });

  describe('when the one that writes dies', () => {
    it('before anybody has taken it: it is sent all the same, in its order', async () => {
      const release = await leadInstead(`support-center-${userId}-cache`);
      first = await larders.open({ userId, transport: server });
      const texts = range(1, 4).map((n) => `last words ${n}`);
      for (const text of texts) send(first, text).catch(() => {});
      await until(async () => (await mail()).length === texts.length);
      workers.last.terminate();
      release();
      second = await larders.open({ userId, transport: server });
      await second.sync();
      await until(() => sentTo(server, 0).length === texts.length);
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      expect(await mail()).to.deep.equal([]);
    });
  });

  describe('when storage fails the one that leads', () => {
    let remote: Remote;

    beforeEach(() => (remote = new Remote(server)));
    afterEach(() => remote.close());

    it('the other takes back what it wrote, and says so', async () => {
      await start(remote.config);
      await remote.arm({ how: 'throw', name: 'QuotaExceededError', store: 'messages', times: 1e9 });
      const error = await rejection(send(second, 'refused'));
      expect(error).to.include({ name: 'DurabilityError', code: 'not_durable' });
      expect(error.reason).to.include('QuotaExceededError');
      expect(await mail()).to.deep.equal([]);
      await remote.arm(null);
      await send(second, 'kept');
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(['kept']);
    });

    it('what may be volatile is sent from memory, and stored later', async () => {
      await start(remote.config);
      await remote.arm({ how: 'throw', name: 'QuotaExceededError', store: 'messages', times: 1e9 });
      const message = await send(second, 'from memory', true);
      expect(message).to.include({ durable: false });
      await until(() => sentTo(server, 0).length === 1);
      await remote.arm(null);
      await second.sync();
      await until(async () => (await shownOf(second, 0)).at(-1)!.tempId === message.id);
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(['from memory']);
      expect(await mail()).to.deep.equal([]);
    });
  });
});
