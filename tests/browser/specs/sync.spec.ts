/** Delta sync: few requests, newest first, holes that are known, edits and deletions, states, reading. */
import { expect } from 'chai';
import type { ChatState, Gap, Larder, MessagePage } from 'chatlarder';
import { changeRow, rowsOf } from './support/database.js';
import { editedAt, FakeServer, uuid } from './support/fake-server.js';
import { gapsOf, historyOf, range, sequencesOf, untilConverged } from './support/history.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';

const chatId = uuid(1, 0);
const DAY_MS = 86_400_000;

/** Every state of a chat that the page is told of, without repetitions. */
function recordStates(larder: Larder, requestId: string): ChatState[] {
  const states: ChatState[] = [];
  larder.addEventListener('change', () => {
    const { state } = larder.chat(requestId);
    if (state && states.at(-1) !== state) states.push(state);
  });
  return states;
}

describe('sync', () => {
  const larders = new Larders();
  let userId: string;

  beforeEach(() => (userId = freshUser()));
  afterEach(() => larders.destroyAll());

  /** A larder that has caught up with the list and with the first `chats` chats. */
  async function caughtUp(server: FakeServer, chats = 1): Promise<Larder> {
    const larder = await larders.open({ userId, transport: server });
    await larder.sync();
    await Promise.all(range(0, chats - 1).map((chat) => larder.chat(uuid(1, chat)).sync()));
    return larder;
  }

  /** The same, closed again and with nothing noted of what the server was asked. */
  async function awayFrom(server: FakeServer, chats = 1): Promise<void> {
    await (await caughtUp(server, chats)).close();
    server.asked.length = 0;
  }

  describe('catching up', () => {
    it('takes one request for the list and one for each chat that moved', async () => {
      const server = new FakeServer(6, 30);
      await awayFrom(server, 6);
      server.post(1, 5);
      server.post(4, 2);
      const larder = await larders.open({ userId, transport: server });
      await larder.sync();
      expect(await sequencesOf(larder, 1)).to.deep.equal(range(1, 35));
      expect(await sequencesOf(larder, 4)).to.deep.equal(range(1, 32));
      expect(server.askedFor('fetchMessages')).to.deep.equal([
        { requestId: uuid(1, 1), afterSequence: 30, limit: 200, sinceRevision: '1' },
        { requestId: uuid(1, 4), afterSequence: 30, limit: 200, sinceRevision: '1' },
      ]);
    });

    it('asks for nothing but the list when nothing moved', async () => {
      const server = new FakeServer(3, 30);
      await awayFrom(server, 3);
      const larder = await larders.open({ userId, transport: server });
      await larder.sync();
      expect(server.askedFor('fetchMessages')).to.deep.equal([]);
      expect(larder.chat(chatId).state).to.equal('SYNCED');
    });

    it('goes on after a page ended that knew that a chat had moved, but not what was new', async () => {
      const server = new FakeServer(2, 30);
      await awayFrom(server, 2);
      server.post(1, 5);
      const first = await larders.open({ userId, transport: server });
      server.refuse = (method) => {
        if (method === 'fetchMessages') throw new Error('no network');
      };
      await until(async () => (await first.chats())[0]!.totalMessageCount === 35);
      await first.close();
      server.refuse = null;
      const second = await larders.open({ userId, transport: server });
      await until(async () => (await sequencesOf(second, 1)).length === 35);
    });

    it('is one request for a page of messages, however they came', async () => {
      const server = new FakeServer(1, 10);
      await awayFrom(server);
      for (let i = 0; i < 40; i += 1) server.post(0, 5);
      const larder = await larders.open({ userId, transport: server });
      await larder.sync();
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 210));
      expect(server.askedOf(0)).to.have.lengthOf(1);
    });

    it('brings the newest first when there is more, records the hole, and repairs it when idle', async () => {
      const server = new FakeServer(1, 100);
      await awayFrom(server);
      server.post(0, 1000);
      server.tamper = (newest) => {
        server.tamper = null;
        server.hold();
        return newest;
      };
      const larder = await larders.open({ userId, transport: server });
      const seen: MessagePage[] = [];
      const stop = larder.chat(chatId).watch({ limit: 300 }, (page) => seen.push(page));
      const withHole = (): MessagePage | undefined =>
        seen.find(({ gaps }) => gaps.some(({ startSeq }) => startSeq === 101));
      await until(() => withHole() !== undefined);
      server.release();
      await untilConvergedAbove(larder, server, 51);
      stop();
      const first = withHole()!;
      expect(first.messages.slice(-200).map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(
        range(901, 1100),
      );
      expect(first.gaps.at(-1)).to.include({ startSeq: 101, endSeq: 900 });
      // 901 to 1100, then 401 to 900, then 101 to 400.
      expect(server.askedOf(0).map(({ beforeSequence }) => beforeSequence)).to.deep.equal([
        undefined,
        901,
        401,
      ]);
      expect(server.askedOf(0).slice(1)).to.satisfy((calls: { limit: number }[]) =>
        calls.every(({ limit }) => limit === 500),
      );
      // What was never fetched before is not a hole that has to be repaired.
      expect(await gapsOf(larder, 0)).to.deep.equal([[1, 50]]);
    });

    it('fills a hole to which the reader comes before others', async () => {
      const server = new FakeServer(2, 60);
      await awayFrom(server, 2);
      server.post(0, 3000);
      server.hold();
      const larder = await larders.open({ userId, transport: server });
      server.release();
      await larder.sync();
      const { gaps } = await larder.chat(chatId).messages({ limit: 10_000 });
      const hole = gaps.find(({ startSeq }) => startSeq === 61)!;
      await larder.chat(chatId).fill({ ...hole, startSeq: 61, endSeq: 160 });
      const sequences = await sequencesOf(larder, 0);
      expect(sequences).to.include.members(range(61, 160));
    });

    it('five months away, with 50,000 new messages: the newest at once, then all of them', async function () {
      this.timeout(58_000); // A few seconds on a machine that has nothing else to do.
      const server = new FakeServer(3, 50);
      await awayFrom(server, 3);
      const away = Date.now() - 150 * DAY_MS;
      const name = larders.last.databaseName;
      for (const chat of [0, 1, 2]) await changeRow(name, 'chat_meta', uuid(1, chat), { lastSyncedAt: away });
      server.post(0, 50_000);
      const larder = await larders.open({ userId, transport: server });
      await larder.chat(chatId).sync();
      expect(server.askedOf(0).length).to.be.at.most(2);
      const firstPage = await larder.chat(chatId).messages({ limit: 50 });
      expect(firstPage.messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(
        range(50_001, 50_050),
      );
      await until(() => larder.chat(chatId).state === 'SYNCED', 55_000);
      const { chat } = await larder.chat(chatId).messages({ limit: 1 });
      expect(chat).to.deep.include({ messageCount: 50_050, lastSyncedSequence: 50_050, knownGaps: [] });
      expect(server.askedOf(0)).to.have.lengthOf.at.most(102);
      expect(server.askedOf(1)).to.deep.equal([]);
      const sequences = await sequencesOf(larder, 0);
      expect(sequences.length).to.equal(50_050);
      expect(sequences.every((n, i) => n === i + 1)).to.equal(true);
      expect(larders.errors).to.deep.equal([]);
    });
  });

  describe('edits and deletions', () => {
    let server: FakeServer;
    let larder: Larder;

    beforeEach(async () => {
      server = new FakeServer(1, 20);
      larder = await caughtUp(server);
      server.asked.length = 0;
    });

    async function contentOf(sequence: number): Promise<string> {
      const { messages } = await larder.chat(chatId).messages();
      return messages.find(({ sequenceNumber }) => sequenceNumber === sequence)!.content;
    }

    it('come with the delta, in one request', async () => {
      server.down = true;
      server.edit(0, 5, { content: 'edited', updatedAt: editedAt(5, 100) });
      server.remove(0, 7);
      server.remove(0, 20);
      server.post(0, 1);
      server.down = false;
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
      expect(await sequencesOf(larder, 0)).to.not.include.members([7, 20]);
      const calls = server.askedOf(0);
      expect(calls[0]).to.include({ afterSequence: 20, sinceRevision: '1' });
      const { chat } = await larder.chat(chatId).messages();
      expect(chat).to.include({ messageCount: 19, totalMessageCount: 19 });
    });

    it('the version edited last wins', async () => {
      server.edit(0, 5, { content: 'second', updatedAt: editedAt(5, 200) });
      await until(async () => (await contentOf(5)) === 'second');
      server.edit(0, 5, { content: 'first, late', updatedAt: editedAt(5, 100) });
      server.post(0, 1);
      await until(async () => (await sequencesOf(larder, 0)).includes(21));
      expect(await contentOf(5)).to.equal('second');
    });

    it("of two versions edited at once the server's wins", async () => {
      server.edit(0, 5, { content: 'one', updatedAt: editedAt(5, 200) });
      await until(async () => (await contentOf(5)) === 'one');
      server.edit(0, 5, { content: 'other', updatedAt: editedAt(5, 200) });
      await until(async () => (await contentOf(5)) === 'other');
    });

    it('a message that was never edited counts from when it was written', async () => {
      server.edit(0, 5, { content: 'edited before it was written', updatedAt: editedAt(5, -100) });
      server.edit(0, 6, { content: 'edited as it was written', updatedAt: editedAt(6, 0) });
      await until(async () => (await contentOf(6)) === 'edited as it was written');
      expect(await contentOf(5)).to.equal('message 5 of chat 0');
    });

    it('what is absent from a range that the server covers was deleted', async () => {
      const state = server.chats.get(0)!;
      state.messages = state.messages.filter(({ sequenceNumber: n }) => n !== 4 && n !== 11);
      server.forget(0);
      await untilConverged(larder, server, 0);
      expect(await sequencesOf(larder, 0)).to.not.include.members([4, 11]);
    });

    it('a deleted message is no hole', async () => {
      server.remove(0, 20);
      server.remove(0, 10);
      await untilConverged(larder, server, 0);
      server.post(0, 1);
      await untilConverged(larder, server, 0);
      expect(await gapsOf(larder, 0)).to.deep.equal([]);
      expect((await larder.chat(chatId).messages()).gaps).to.deep.equal([]);
    });

    it('an edit of what was never fetched comes with its hole', async () => {
      const other = new FakeServer(1, 200);
      const second = await larders.open({ userId: freshUser(), transport: other });
      await second.chat(chatId).sync();
      other.edit(0, 7, { content: 'edited unseen', updatedAt: editedAt(7, 100) });
      other.remove(0, 8);
      other.post(0, 1);
      await until(async () => (await sequencesOf(second, 0)).includes(201));
      expect((await sequencesOf(second, 0))[0]).to.equal(151);
      await second.chat(chatId).fill({ startSeq: 1, endSeq: 150, detectedAt: 0 });
      await untilConverged(second, other, 0);
    });
  });

  describe('a server that has forgotten our revision', () => {
    it('resets: everything is fetched again, and the chat is never empty', async () => {
      const server = new FakeServer(1, 400);
      const larder = await caughtUp(server);
      await larder.chat(chatId).fill({ startSeq: 1, endSeq: 350, detectedAt: 0 });
      await larder.chat(chatId).fill({ startSeq: 1, endSeq: 150, detectedAt: 0 });
      await untilConverged(larder, server, 0);
      const counts: number[] = [];
      const stop = larder.chat(chatId).watch({ limit: 1000 }, ({ messages }) => counts.push(messages.length));
      await until(() => counts.length > 0);
      server.down = true;
      server.edit(0, 3, { content: 'edited long ago', updatedAt: editedAt(3, 500) });
      server.remove(0, 200);
      server.remove(0, 201);
      server.forget(0);
      server.post(0, 3);
      server.asked.length = 0;
      server.down = false;
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
      await until(() => counts.at(-1) === 401);
      stop();
      expect(Math.min(...counts)).to.be.at.least(400);
      expect(larders.withCode('network').length).to.equal(larders.errors.length);
      const calls = server.askedOf(0);
      expect(calls.filter(({ sinceRevision }) => sinceRevision !== undefined).length).to.be.at.most(2);
    });

    it('keeps the old rows when it then goes away', async () => {
      const server = new FakeServer(1, 30);
      const larder = await caughtUp(server);
      server.tamper = (answer) => {
        if (answer.resetRequired) server.down = true;
        return answer;
      };
      server.forget(0);
      await until(() => larder.connection === 'offline');
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
      await larder.close();
      server.tamper = null;
      const second = await larders.open({ userId, transport: server });
      expect(await sequencesOf(second, 0)).to.deep.equal(range(1, 30));
      server.down = false;
      await second.chat(chatId).sync();
      await untilConverged(second, server, 0);
    });
  });

  describe('states', () => {
    it('INITIAL, SYNCING, SYNCED, then STALE or RESYNCING, and SYNCED again', async () => {
      const server = new FakeServer(1, 20);
      const larder = await larders.open({ userId, transport: server });
      const states = recordStates(larder, chatId);
      await larder.sync();
      await until(() => states.length > 0);
      expect(states).to.deep.equal(['INITIAL']);
      await larder.chat(chatId).sync();
      await until(() => states.at(-1) === 'SYNCED');
      expect(states).to.deep.equal(['INITIAL', 'SYNCING', 'SYNCED']);
      server.post(0, 1);
      await until(async () => (await sequencesOf(larder, 0)).length === 21);
      await until(() => states.at(-1) === 'SYNCED');
      expect(states.slice(3).filter((state) => state !== 'STALE')).to.deep.equal(['RESYNCING', 'SYNCED']);
    });

    it('STALE until the list was caught up with, then SYNCED, though nothing moved', async () => {
      const server = new FakeServer(1, 20);
      await awayFrom(server);
      server.hold();
      const larder = await larders.open({ userId, transport: server });
      await larder.chat(chatId).messages();
      await until(() => larder.chat(chatId).state === 'STALE');
      server.release();
      await until(() => larder.chat(chatId).state === 'SYNCED');
      expect(server.askedOf(0)).to.deep.equal([]);
    });

    it('FAILED when the first page or a later one does not come, until it does', async () => {
      const server = new FakeServer(1, 20);
      const larder = await larders.open({ userId, transport: server });
      await larder.sync();
      const states = recordStates(larder, chatId);
      const fail = (method: string) => {
        if (method === 'fetchMessages') throw Object.assign(new Error('broken'), { status: 500 });
      };
      server.refuse = fail;
      const error = await rejection(larder.chat(chatId).sync());
      expect(error).to.include({ name: 'TransportError', code: 'server', reason: 'broken' });
      await until(() => states.at(-1) === 'FAILED');
      server.refuse = null;
      await until(() => states.at(-1) === 'SYNCED');
      server.refuse = fail;
      await rejection(larder.chat(chatId).sync());
      await until(() => states.at(-1) === 'FAILED');
      server.refuse = null;
      await until(() => states.at(-1) === 'SYNCED');
      const steps = states.filter((state, i) => state !== 'FAILED' || states[i + 1] === 'SYNCED');
      expect(states[0]).to.equal('SYNCING');
      expect(states).to.include.members(['FAILED', 'RESYNCING', 'SYNCED']);
      expect(steps.at(-1)).to.equal('SYNCED');
    });

    it('GAP_DETECTED while a hole is known, SYNCED once it is repaired', async () => {
      const server = new FakeServer(1, 20);
      await awayFrom(server);
      server.post(0, 500);
      const larder = await larders.open({ userId, transport: server });
      const states = recordStates(larder, chatId);
      await until(() => states.at(-1) === 'SYNCED');
      expect(states).to.include('GAP_DETECTED');
      expect(states.indexOf('GAP_DETECTED')).to.be.greaterThan(states.indexOf('RESYNCING'));
    });

    it('EXPIRED after more than seven days, STALE before, whether or not the server answers', async () => {
      const server = new FakeServer(2, 20);
      await awayFrom(server, 2);
      const name = larders.last.databaseName;
      const week = 7 * DAY_MS;
      const setBack = (chat: number, ms: number) =>
        changeRow(name, 'chat_meta', uuid(1, chat), { lastSyncedAt: Date.now() - ms });
      await setBack(0, week + 60_000);
      await setBack(1, week - 3_600_000);
      server.down = true;
      const larder = await larders.open({ userId, transport: server });
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 20));
      expect(await sequencesOf(larder, 1)).to.deep.equal(range(1, 20));
      await until(() => larder.chat(uuid(1, 0)).state === 'EXPIRED');
      await until(() => larder.chat(uuid(1, 1)).state === 'STALE');
      server.down = false;
      await until(() => larder.connection === 'online');
      await larder.chat(uuid(1, 0)).sync();
      await until(() => larder.chat(uuid(1, 0)).state === 'SYNCED');
    });
  });

  describe('requests', () => {
    it('a burst of 1,000 signals makes at most two for a chat', async () => {
      const server = new FakeServer(2, 20);
      const larder = await caughtUp(server, 2);
      const stop = larder.chat(chatId).watch({}, () => {});
      await larder.sync();
      server.asked.length = 0;
      server.hold();
      for (let i = 0; i < 1000; i += 1) server.post(0, 1);
      await until(() => server.asked.length > 0);
      server.release();
      await until(async () => (await larder.chat(chatId).messages()).chat!.lastSyncedSequence === 1020);
      await larder.sync();
      stop();
      const deltas = server.askedOf(0).filter(({ sinceRevision }) => sinceRevision !== undefined);
      expect(deltas.length).to.be.within(1, 2);
      expect(server.askedOf(1)).to.deep.equal([]);
      expect(server.askedFor('fetchChats').length).to.be.at.most(4);
    });

    it('for the same chat merge into one', async () => {
      const server = new FakeServer(1, 20);
      const larder = await caughtUp(server);
      server.asked.length = 0;
      server.hold();
      const first = larder.chat(chatId).sync();
      await until(() => server.askedOf(0).length === 1);
      const others = Array.from({ length: 20 }, () => larder.chat(chatId).sync());
      server.release();
      await Promise.all([first, ...others]);
      expect(server.askedOf(0)).to.have.lengthOf(2);
    });

    it('are at most four at once', async () => {
      const server = new FakeServer(30, 5);
      await awayFrom(server, 30);
      for (let chat = 0; chat < 30; chat += 1) server.post(chat, 1);
      server.mostUnderWay = 0;
      server.latencyMs = 10;
      const larder = await larders.open({ userId, transport: server });
      await larder.sync();
      expect(server.askedFor('fetchMessages')).to.have.lengthOf(30);
      expect(server.mostUnderWay).to.equal(4);
      for (let chat = 0; chat < 30; chat += 1) {
        expect(await sequencesOf(larder, chat)).to.deep.equal(range(1, 6));
      }
    });

    it('begin with the chat that is open', async () => {
      const server = new FakeServer(30, 5);
      await awayFrom(server, 30);
      for (let chat = 0; chat < 30; chat += 1) server.post(chat, 1);
      server.hold();
      const larder = await larders.open({ userId, transport: server });
      const stop = larder.chat(uuid(1, 17)).watch({}, () => {});
      await until(() => server.askedOf(17).length === 1);
      server.release();
      await larder.sync();
      stop();
      expect(server.askedFor('fetchMessages')[0]).to.include({ requestId: uuid(1, 17) });
    });

    it('are made for a chat when it is opened, though nobody asks', async () => {
      const server = new FakeServer(2, 5);
      const larder = await larders.open({ userId, transport: server });
      await larder.sync();
      expect(server.askedFor('fetchMessages')).to.deep.equal([]);
      const pages: MessagePage[] = [];
      const stop = larder.chat(chatId).watch({}, (page) => pages.push(page));
      await until(() => pages.at(-1)?.messages.length === 5);
      stop();
      expect(server.askedOf(1)).to.deep.equal([]);
    });

    it('stop without a network, and go on by themselves', async () => {
      const server = new FakeServer(1, 5);
      const larder = await caughtUp(server);
      window.dispatchEvent(new Event('offline'));
      await until(() => larder.connection === 'offline');
      expect((await rejection(larder.sync())).code).to.equal('offline');
      expect((await rejection(larder.chat(chatId).sync())).code).to.equal('offline');
      server.asked.length = 0;
      server.post(0, 2);
      await until(async () => (await larder.chats()).length === 1);
      expect(server.asked).to.deep.equal([]);
      window.dispatchEvent(new Event('online'));
      await until(() => larder.connection === 'online');
      await until(async () => (await sequencesOf(larder, 0)).length === 7);
    });

    it('follow when the page comes to the front', async () => {
      const server = new FakeServer(1, 5);
      const larder = await caughtUp(server);
      server.asked.length = 0;
      document.dispatchEvent(new Event('visibilitychange'));
      if (document.visibilityState === 'visible') {
        await until(() => server.askedFor('fetchChats').length === 1);
      }
      await larder.sync();
    });
  });

  describe('reading', () => {
    let server: FakeServer;
    let larder: Larder;

    beforeEach(async () => {
      server = new FakeServer(1, 20);
      server.chats.get(0)!.unreadCount = 20;
      larder = await caughtUp(server);
    });

    async function unread(): Promise<number> {
      return (await larder.chats())[0]!.unreadCount;
    }

    it('lowers the count at once', async () => {
      await larder.chat(chatId).markRead(15);
      expect(await unread()).to.equal(5);
      expect((await larder.chats())[0]!).to.include({ lastReadSequence: 15 });
      await larder.chat(chatId).markRead(20);
      expect(await unread()).to.equal(0);
      const [meta] = await rowsOf(larder.databaseName, 'chat_meta');
      expect(meta!['lastReadAt']).to.be.closeTo(Date.now(), 60_000);
    });

    it('and offline too, and is remembered', async () => {
      server.down = true;
      window.dispatchEvent(new Event('offline'));
      await until(() => larder.connection === 'offline');
      await larder.chat(chatId).markRead(18);
      expect(await unread()).to.equal(2);
      await larder.close();
      larder = await larders.open({ userId, transport: server });
      expect(await unread()).to.equal(2);
    });

    it('never raises it, nor goes back', async () => {
      server.read(0, 0, 1);
      await until(async () => (await unread()) === 1);
      await larder.chat(chatId).markRead(3);
      expect(await unread()).to.equal(1);
      await larder.chat(chatId).markRead(20);
      await larder.chat(chatId).markRead(5);
      expect((await larder.chats())[0]!).to.include({ unreadCount: 0, lastReadSequence: 20 });
    });

    it('beyond the last message leaves nothing unread, and what comes then is', async () => {
      await larder.chat(chatId).markRead(100);
      expect(await unread()).to.equal(0);
    });

    it("does not count the user's own messages", async () => {
      await larder.chat(chatId).markRead(20);
      server.post(0, 3, { senderId: userId });
      server.post(0, 2);
      await until(async () => (await sequencesOf(larder, 0)).length === 25);
      expect(await unread()).to.equal(2);
      await larder.chat(chatId).markRead(21);
      expect(await unread()).to.equal(2);
      await larder.chat(chatId).markRead(24);
      expect(await unread()).to.equal(1);
    });

    it("the server's count wins when it knows what was read here", async () => {
      await larder.chat(chatId).markRead(10);
      expect(await unread()).to.equal(10);
      server.read(0, 10, 7);
      await until(async () => (await unread()) === 7);
      server.read(0, 20, 0);
      await until(async () => (await unread()) === 0);
      expect((await larder.chats())[0]!.lastReadSequence).to.equal(20);
    });

    it("the server's count does not win while it does not", async () => {
      await larder.chat(chatId).markRead(18);
      server.read(0, 5, 15);
      await larder.sync();
      expect((await larder.chats())[0]!).to.include({ unreadCount: 2, lastReadSequence: 18 });
    });

    it('counts what is known to be missing', async () => {
      const other = new FakeServer(1, 100);
      const second = await larders.open({ userId: freshUser(), transport: other });
      await second.chat(chatId).sync();
      other.chats.get(0)!.unreadCount = 100;
      await second.sync();
      other.read(0, 0, 100);
      await until(async () => (await second.chats())[0]!.unreadCount === 100);
      const gaps: Gap[] = (await second.chat(chatId).messages()).gaps;
      expect(gaps[0]).to.include({ startSeq: 1, endSeq: 50 });
      await second.chat(chatId).markRead(10);
      expect((await second.chats())[0]!.unreadCount).to.equal(90);
    });
  });

  /** As `untilConverged`, for a chat whose beginning was never fetched. */
  async function untilConvergedAbove(larder: Larder, server: FakeServer, first: number): Promise<void> {
    const expected = server.chats.get(0)!.messages.filter(({ sequenceNumber }) => sequenceNumber >= first);
    await until(async () => (await historyOf(larder, 0)).length === expected.length);
    expect(await historyOf(larder, 0)).to.deep.equal(expected);
  }
});
