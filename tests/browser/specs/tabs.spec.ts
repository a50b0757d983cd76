/** Any number of tabs: one leads; whatever becomes of it or of what is said, each command is done once. */
import { expect } from 'chai';
import { moduleTransport, type Larder, type LarderError, type LarderOptions } from 'chatlarder';
import { startScriptedServer } from '../harness/scripted.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { range } from './support/history.js';
import { freshUser, Larders, until } from './support/larder.js';
import { codeOf, sentTo, shownOf, textsOf, untilDrained, untilStatus } from './support/outbox.js';
import { Remote } from './support/remote.js';
import { claim, Frame, IdleLeader, keysOf, Overheard } from './support/tabs.js';
import { Workers } from './support/workers.js';

const chatId = uuid(1, 0);

describe('tabs', () => {
  const larders = new Larders();
  const workers = new Workers();
  const overheard = new Overheard();
  const frames: Frame[] = [];
  let userId: string;
  let server: FakeServer;
  let first: Larder;
  let second: Larder;

  beforeEach(function () {
    if (!('locks' in navigator)) this.skip();
    workers.watch();
    userId = freshUser();
    server = new FakeServer(2, 20);
  });
  afterEach(async () => {
    server.release();
    overheard.close();
    for (const frame of frames.splice(0)) frame.remove();
    await larders.destroyAll({ ended: true });
    workers.forget();
  });

  function open(options: Partial<LarderOptions> = {}): Promise<Larder> {
    return larders.open({ userId, transport: server, ...options });
  }

  /** The first leads, and has caught up with chat 0. */
  async function start(options: Partial<LarderOptions> = {}): Promise<void> {
    first = await open(options);
    await first.sync();
    await first.chat(chatId).sync();
    second = await open();
    overheard.listen(first.databaseName);
  }

  /** The same, with the core of the first in a page of its own. */
  async function startInFrame(): Promise<Frame> {
    const frame = (await Frame.open()).without('Worker');
    frames.push(frame);
    first = await frame.openLarder({ userId, transport: server });
    await first.sync();
    await first.chat(chatId).sync();
    second = await open();
    return frame;
  }

  function send(larder: Larder, content: string): Promise<unknown> {
    return larder.chat(chatId).send({ content });
  }

  describe('that are ten', () => {
    /** What is asked of the server when a chat moves that so many tabs show. */
    async function askedWith(count: number): Promise<string[]> {
      const all: Larder[] = [];
      for (let i = 0; i < count; i += 1) all.push(await open());
      await all[0]!.sync();
      for (const larder of all) larder.chat(chatId).watch({}, () => {});
      await until(() => all.every((larder) => larder.chat(chatId).state === 'SYNCED'));
      server.asked.length = 0;
      server.post(0, 1);
      const { lastSequence } = server.chats.get(0)!;
      const isShown = async (larder: Larder) =>
        (await larder.chat(chatId).messages()).messages.at(-1)?.sequenceNumber === lastSequence;
      await until(async () => (await Promise.all(all.map(isShown))).every(Boolean));
      // A list may wait for a pause.
      await until(() => server.asked.some(({ method }) => method === 'fetchChats'));
      await Promise.all(all.map((larder) => larder.close()));
      return server.asked.map(({ method }) => method).sort();
    }

    it('make the requests of one', async () => {
      const alone = await askedWith(1);
      expect(await askedWith(10)).to.deep.equal(alone);
    });

    it('send what each of them wrote, once', async () => {
      const all = await Promise.all(range(1, 10).map(() => open()));
      const texts = all.map((_, i) => `from tab ${i}`);
      await Promise.all(all.map((larder, i) => send(larder, texts[i]!)));
      await untilDrained(all[0]!);
      expect(sentTo(server, 0)).to.have.members(texts);
      expect(await keysOf(all[0]!.databaseName, 'answer:')).to.deep.equal([]);
    });
  });

  describe('what they say to each other', () => {
    it('has no content, no members of the app’s, no words of the server’s', async () => {
      await start();
      server.refuse = (method) => {
        if (method === 'sendMessage') throw Object.assign(new Error('secret reason'), { status: 403 });
      };
      const message = await second.chat(chatId).send({ content: 'secret text', extra: 'secret member' });
      expect(message).to.include({ content: 'secret text', extra: 'secret member' });
      await untilStatus(second, message.id, 'failed');
      await second.outbox.edit(message.id, 'secret edit');
      await untilStatus(second, message.id, 'failed');
      second.setCredentials('secret token');
      await until(() => overheard.kinds().includes('answers'));
      await second.sync();
      expect(overheard.text()).to.not.include('secret');
    });

    it('in another version’s way is not believed', async () => {
      const idle = await new IdleLeader().lead(`support-center-${userId}-cache`);
      first = await open();
      const sent = send(first, 'not refused');
      const [key] = await until(async () => {
        const keys = await keysOf(first.databaseName, 'mail:');
        return keys.length ? keys : null;
      });
      const replies = [{ command: key!.slice('mail:'.length), code: 'server', durable: false }];
      idle.say({ v: 99, kind: 'answers', from: 'another', replies });
      idle.release();
      await sent;
      await untilDrained(first);
      expect(sentTo(server, 0)).to.deep.equal(['not refused']);
    });

    it('may be lost: nothing is, and nothing is doubled', async function () {
      this.timeout(45_000); // an answer that was lost is asked for after 8 seconds, and may be lost again
      const frame = await startInFrame();
      const follower = (await Frame.open()).without('Worker');
      frames.push(follower);
      let said = 0;
      for (const each of [frame, follower]) each.lose((kind) => kind !== 'signals' && (said += 1) % 4 === 0);
      const third = await follower.openLarder({ userId, transport: server });
      const texts = range(1, 4).map((n) => `number ${n}`);
      await Promise.all([...texts.map((text) => send(third, text)), third.sync(), third.chat(chatId).sync()]);
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      await third.close();
      await first.close();
    });
  });

  describe('one that leads', () => {
    it('and dies, with commands of another under way: each is carried out once', async () => {
      await start();
      server.hold();
      const texts = range(1, 5).map((n) => `number ${n}`);
      const sent = Promise.all(texts.map((text) => send(second, text)));
      const read = second.chat(chatId).markRead(20);
      const synced = second.chat(chatId).sync();
      workers.first.terminate();
      server.release();
      await Promise.all([sent, read, synced]);
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(texts);
      expect(server.askedFor('markRead')).to.have.lengthOf(1);
      expect(await keysOf(second.databaseName, 'mail:')).to.deep.equal([]);
    });

    it('and dies unheard, after it has done what was asked: it is not done again', async () => {
      const frame = await startInFrame();
      server.refuse = (method) => {
        if (method === 'sendMessage') throw Object.assign(new Error('no'), { status: 403 });
      };
      const ids: string[] = [];
      for (const text of ['cancelled', 'edited', 'retried']) {
        const { id } = await second.chat(chatId).send({ content: text });
        await untilStatus(second, id, 'failed');
        ids.push(id);
      }
      server.refuse = null;
      server.hold();
      frame.lose((kind) => kind === 'answers');
      const { outbox } = second;
      const done = Promise.all([outbox.cancel(ids[0]!), outbox.edit(ids[1]!, 'anew'), outbox.retry(ids[2]!)]);
      await until(async () => (await keysOf(second.databaseName, 'answer:')).length === 3);
      frame.remove();
      await done;
      server.release();
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(['anew', 'retried']);
      expect(await keysOf(second.databaseName, 'answer:')).to.deep.equal([]);
    });

    it('and was superseded writes nothing more, and does what it was asked all the same', async () => {
      await start();
      await claim(first.databaseName);
      await send(first, 'not by the old one');
      await untilDrained(first);
      expect(sentTo(server, 0)).to.deep.equal(['not by the old one']);
      await send(second, 'nor this');
      await untilDrained(second);
      expect(larders.errors).to.deep.equal([]);
    });

    it('and says nothing any more is robbed', async () => {
      const idle = await new IdleLeader().lead(`support-center-${userId}-cache`);
      first = await open();
      const sent = send(first, 'in the end');
      await until(async () => (await keysOf(first.databaseName, 'mail:')).length === 1);
      idle.freeze();
      await sent;
      expect(idle.robbed).to.equal(true);
      await untilDrained(first);
      idle.release();
    });

    it('and is frozen is robbed, and what it writes when it thaws is written once', async () => {
      const remote = new Remote(server);
      const gate = await startScriptedServer({ match: 'GET /freeze', hold: true });
      await start({ transport: moduleTransport(`/modules/freezing.js?channel=${remote.channel}`) });
      const channel = new BroadcastChannel(`${remote.channel}-freeze`);
      channel.postMessage(`${gate.baseUrl}/freeze`);
      await until(async () => (await gate.requests()).length);
      const before = send(first, 'of the frozen');
      await send(second, 'of the other');
      const leaders = new Set(overheard.said.filter(({ kind }) => kind === 'leads').map(({ from }) => from));
      await gate.release();
      await before;
      await untilDrained(second);
      expect(leaders.size).to.be.greaterThan(0);
      expect(sentTo(server, 0)).to.have.members(['of the frozen', 'of the other']);
      for (const larder of [first, second])
        await until(async () => (await textsOf(larder, 0)).slice(-2).includes('of the frozen'));
      channel.close();
      remote.close();
    });

    it('closes what a tab had open that is no more', async () => {
      await start();
      second.chat(chatId).watch({}, () => {});
      /** Of a chat that is open, changes are fetched before the list has told of them. */
      const isFollowed = async () => {
        const [before, lists] = [server.askedOf(0).length, server.askedFor('fetchChats').length];
        server.hold();
        server.post(0, 1);
        await until(() => server.askedFor('fetchChats').length > lists);
        await first.setLimits({});
        const followed = server.askedOf(0).length > before;
        server.release();
        await first.sync();
        return followed;
      };
      await until(isFollowed);
      workers.last.terminate();
      await until(async () => !(await isFollowed()));
    });
  });

  describe('one that comes later', () => {
    it('hears how things are', async () => {
      await start();
      server.down = true;
      await codeOf(first.sync());
      await until(() => first.connection === 'offline' && second.connection === 'offline');
      const third = await open();
      await until(() => third.connection === 'offline');
      third.chat(chatId).watch({}, () => {});
      await until(() => third.chat(chatId).state !== null);
      expect(third.chat(chatId).state).to.equal(first.chat(chatId).state);
    });
  });

  describe('credentials', () => {
    it('that any tab is given let the one that leads go on; that they are wanted all hear', async () => {
      let token = 'old';
      const asked: string[] = [];
      const credentials = () => (asked.push(token), token);
      server.refuse = () => {
        if (token === 'old') throw Object.assign(new Error('no'), { status: 401 });
      };
      first = await open({ credentials });
      await until(() => larders.withCode('auth').length > 0);
      second = await open();
      overheard.listen(first.databaseName);
      await send(second, 'waits for a token');
      await until(async () => (await second.outbox.list()).length === 1);
      token = 'new';
      second.setCredentials('new');
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(['waits for a token']);
      expect(asked.at(-1)).to.equal('new');
      expect(overheard.text()).to.not.include('"new"');
    });
  });

  describe('a worker that dies', () => {
    it('is missed and replaced; what was asked of it is done, once', async function () {
      this.timeout(45_000); // it is missed after 8 to 16 seconds
      first = await open();
      first.chat(chatId).watch({}, () => {});
      await first.sync();
      server.hold();
      const [sent, synced] = [send(first, 'asked of the dead'), first.chat(chatId).sync()];
      workers.first.terminate();
      const later = send(first, 'asked after');
      server.release();
      await Promise.all([sent, synced, later]);
      await untilDrained(first);
      expect(larders.withCode('core')).to.have.lengthOf(1);
      expect(sentTo(server, 0)).to.deep.equal(['asked of the dead', 'asked after']);
      server.post(0, 1);
      await until(async () => (await shownOf(first, 0)).some(({ sequenceNumber }) => sequenceNumber === 23));
    });
  });

  describe('a page', () => {
    async function inFrame(...missing: ('Worker' | 'BroadcastChannel' | 'locks')[]): Promise<Larder> {
      const frame = (await Frame.open()).without(...missing);
      frames.push(frame);
      return frame.openLarder({ userId, transport: server });
    }

    it('without workers does all in itself, and says so', async () => {
      first = await inFrame('Worker');
      expect(first.capabilities).to.deep.equal({ worker: false, locks: true, broadcast: true });
      await first.sync();
      await first.chat(chatId).sync();
      await send(first, 'from the page itself');
      await untilDrained(first);
      second = await open();
      expect(second.capabilities).to.deep.equal({ worker: true, locks: true, broadcast: true });
      await send(second, 'through that page');
      await first.close();
      await send(second, 'when it is gone');
      await untilDrained(second);
      expect(sentTo(server, 0)).to.have.lengthOf(3);
    });

    it('without a channel waits until it leads', async () => {
      first = await inFrame('Worker', 'BroadcastChannel');
      await first.sync();
      second = await inFrame('Worker', 'BroadcastChannel');
      expect(second.capabilities.broadcast).to.equal(false);
      const sent = send(second, 'in its turn');
      await send(first, 'before');
      await untilDrained(first);
      await first.close();
      await sent;
      await untilDrained(second);
      expect(sentTo(server, 0)).to.deep.equal(['before', 'in its turn']);
      await second.close();
    });

    it('without locks is hindered by others, and loses nothing', async () => {
      first = await inFrame('Worker', 'locks');
      expect(first.capabilities.locks).to.equal(false);
      await send(first, 'one');
      second = await inFrame('Worker', 'locks');
      await send(second, 'two');
      await send(first, 'three');
      await send(second, 'four');
      await untilDrained(first);
      expect(sentTo(server, 0)).to.deep.equal(['one', 'two', 'three', 'four']);
      await Promise.all([first.close(), second.close()]);
    });

    it('whose core can’t be had keeps nobody from leading', async () => {
      const frame = (await Frame.open()).without('Worker');
      frames.push(frame);
      const compile = () => Promise.reject(new frame.window.WebAssembly.CompileError('not here'));
      Object.assign(frame.window.WebAssembly, { compile, compileStreaming: compile });
      first = await frame.openLarder({ userId, transport: server });
      const refused = await first.sync().catch((error: LarderError) => error);
      expect(refused).to.include({ code: 'core' });
      second = await open();
      await send(second, 'elsewhere');
      await untilDrained(second);
      await first.close();
    });
  });
});
