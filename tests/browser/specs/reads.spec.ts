/** Reading: from disk alone, before there is a worker, whatever the network does; pages and their bounds. */
import { expect } from 'chai';
import { openLarder, type ChatSummary, type Larder, type MessagePage } from 'chatlarder';
import { putRows } from './support/database.js';
import { FakeServer, makeMessage, uuid } from './support/fake-server.js';
import { gapsOf, historyOf, range, sequencesOf, untilConverged } from './support/history.js';
import { freshUser, Larders, onlyRows, rejection, until } from './support/larder.js';

const chatId = uuid(1, 0);

function addressOf(script: string): string {
  return URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
}

describe('reads', () => {
  const larders = new Larders();
  afterEach(() => larders.destroyAll());

  /** A user whose database holds chat 0 of the server, newest page first. */
  async function filled(server: FakeServer): Promise<string> {
    const userId = freshUser();
    const larder = await larders.open({ userId, transport: server });
    await larder.sync();
    await larder.chat(chatId).sync();
    await larder.close();
    return userId;
  }

  async function expectShown(larder: Larder): Promise<void> {
    expect((await larder.chats()).map(({ requestId }) => requestId)).to.deep.equal([chatId]);
    expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 20));
    const pages: MessagePage[] = [];
    const stop = larder.chat(chatId).watch({ limit: 5 }, (page) => pages.push(page));
    await until(() => pages.length > 0);
    stop();
    expect(pages[0]!.messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(range(16, 20));
    expect(larder.chat(chatId).state).to.equal(null);
  }

  describe('without the worker', () => {
    it('shows a chat while the worker waits for another one to end', async function () {
      const userId = await filled(new FakeServer(1, 20));
      const server = new FakeServer(1, 20);
      const name = `chatlarder:support-center-${userId}-cache`;
      if (!('locks' in navigator)) return this.skip();
      let letGo = () => {};
      let lock: Promise<unknown> = Promise.resolve();
      await new Promise<void>((taken) => {
        const held = new Promise<void>((resolve) => (letGo = resolve));
        lock = navigator.locks.request(name, () => (taken(), held));
      });
      const larder = await larders.open({ userId, transport: server });
      await expectShown(larder);
      expect(server.asked).to.deep.equal([]);
      letGo();
      await lock;
      await until(() => server.asked.length > 0);
    });

    it('shows a chat while the app still looks for credentials', async () => {
      const userId = await filled(new FakeServer(1, 20));
      let give: (token: string) => void = () => {};
      const credentials = () => new Promise<string>((resolve) => (give = resolve));
      const server = new FakeServer(1, 20);
      const larder = await larders.open({ userId, transport: server, credentials });
      await expectShown(larder);
      expect(server.asked).to.deep.equal([]);
      const waiting = larder.sync();
      give('token');
      await waiting;
    });

    describe('that can not be loaded', () => {
      const original = globalThis.Worker;
      class NoWorker extends original {
        constructor() {
          super('/there-is-no-worker-here.js', { type: 'module' });
        }
      }
      afterEach(() => {
        globalThis.Worker = original;
      });

      it('shows a chat, says so, keeps nobody waiting, and closes all the same', async () => {
        const userId = await filled(new FakeServer(1, 20));
        globalThis.Worker = NoWorker;
        const larder = await larders.open({ userId, transport: new FakeServer(1, 20) });
        await expectShown(larder);
        await until(() => larders.withCode('core').length);
        expect((await rejection(larder.sync())).code).to.equal('core');
        const lost = await rejection(larder.chat(chatId).send({ content: 'kept by who wrote it' }));
        expect(lost.code).to.equal('not_durable');
        await larder.close();
      });

      it('is loaded as soon as it can be, and told what it missed', async () => {
        const server = new FakeServer(1, 20);
        globalThis.Worker = NoWorker;
        const larder = await larders.open({ userId: freshUser(), transport: server });
        const stop = larder.chat(chatId).watch({}, () => {});
        await until(() => larders.withCode('core').length);
        globalThis.Worker = original;
        await larder.sync();
        await until(() => server.askedFor('fetchMessages').length);
        stop();
      });
    });

    describe('whose WebAssembly has not come', () => {
      const original = globalThis.Worker;
      const gate = new BroadcastChannel('webassembly');
      const patch = addressOf(`
        const { fetch } = self;
        const channel = new BroadcastChannel('webassembly');
        const opened = new Promise((open) => (channel.onmessage = open));
        self.fetch = async (url) => {
          if (String(url).endsWith('.wasm')) {
            channel.postMessage('asked for');
            await opened;
          }
          return fetch(url);
        };`);
      class LateWorker extends original {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(addressOf(`import '${patch}'; import '${String(url)}';`), options);
        }
      }
      afterEach(() => {
        globalThis.Worker = original;
      });
      after(() => gate.close());

      it('shows a chat, and catches up when it has', async () => {
        const userId = await filled(new FakeServer(1, 20));
        globalThis.Worker = LateWorker;
        const asked = new Promise((resolve) => (gate.onmessage = resolve));
        const server = new FakeServer(1, 20);
        const larder = await larders.open({ userId, transport: server });
        await expectShown(larder);
        const waiting = larder.sync();
        await asked;
        await expectShown(larder);
        expect(server.asked).to.deep.equal([]);
        gate.postMessage('open');
        await waiting;
      });
    });

    it('shows a chat while the server does not answer', async () => {
      const userId = await filled(new FakeServer(1, 20));
      const server = new FakeServer(1, 20);
      server.hold();
      const larder = await larders.open({ userId, transport: server });
      await until(() => server.asked.length > 0);
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 20));
      server.release();
      await larder.sync();
    });

    it('shows a chat without a network, before and after that is known', async () => {
      const userId = await filled(new FakeServer(1, 20));
      const server = new FakeServer(1, 20);
      server.down = true;
      const larder = await larders.open({ userId, transport: server });
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 20));
      await until(() => larder.connection === 'offline');
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 20));
      await until(() => larder.chat(chatId).state === 'STALE');
    });
  });

  describe('pages', () => {
    const server = new FakeServer(2, 250);
    let larder: Larder;

    beforeEach(async () => {
      larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.chat(chatId).sync();
      const { gaps } = await larder.chat(chatId).messages();
      await larder.chat(chatId).fill(gaps[0]!);
    });

    it('hold 50 messages when nothing is asked for', async () => {
      const { messages } = await larder.chat(chatId).messages();
      expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(range(201, 250));
    });

    const bounds: [{ limit?: number; before?: number }, number, number][] = [
      [{ limit: 1 }, 250, 250],
      [{ limit: 250 }, 1, 250],
      [{ limit: 251 }, 1, 250],
      [{ limit: 100_000 }, 1, 250],
      [{ limit: 50, before: 251 }, 201, 250],
      [{ limit: 50, before: 250 }, 200, 249],
      [{ limit: 50, before: 201 }, 151, 200],
      [{ limit: 50, before: 51 }, 1, 50],
      [{ limit: 50, before: 50 }, 1, 49],
      [{ limit: 50, before: 2 }, 1, 1],
      [{ limit: 3, before: Number.MAX_SAFE_INTEGER }, 248, 250],
    ];
    for (const [options, first, last] of bounds) {
      it(`${JSON.stringify(options)} gives ${first} to ${last}`, async () => {
        const { messages } = await larder.chat(chatId).messages(options);
        expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(range(first, last));
      });
    }

    it('are empty below the first message', async () => {
      const page = await larder.chat(chatId).messages({ before: 1 });
      expect(page).to.deep.include({ messages: [], gaps: [] });
    });

    it('keep to their chat', async () => {
      await larder.chat(uuid(1, 1)).sync();
      const { messages } = await larder.chat(uuid(1, 1)).messages({ limit: 1000 });
      expect(new Set(messages.map(({ requestId }) => requestId))).to.deep.equal(new Set([uuid(1, 1)]));
      expect(messages).to.have.lengthOf(50);
    });

    it('of a chat that nobody knows are empty', async () => {
      const page = await larder.chat(uuid(7, 7)).messages();
      expect(page).to.deep.equal({ messages: [], gaps: [], chat: null, state: null });
    });
  });

  it('reads across wide holes between sequence numbers', async () => {
    const server = new FakeServer(1, 3);
    const larder = await larders.open({ userId: freshUser(), transport: server });
    await larder.chat(chatId).sync();
    const state = server.chats.get(0)!;
    state.lastSequence = 2 ** 40;
    server.post(0, 2, { createdAt: '2026-02-01T12:00:00.000Z' });
    await larder.chat(chatId).sync();
    const expected = [1, 2, 3, 2 ** 40 + 1, 2 ** 40 + 2];
    expect(await sequencesOf(larder, 0)).to.deep.equal(expected);
    expect(await sequencesOf(larder, 0, 4)).to.deep.equal(expected.slice(1));
    const { messages } = await larder.chat(chatId).messages({ limit: 2, before: 2 ** 40 + 1 });
    expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal([2, 3]);
  });

  // In blocks the core tells readers when a chat has rows.
  it('shows what is not sent yet last, in the order written', async function () {
    onlyRows(this);
    const server = new FakeServer(1, 20);
    const userId = await filled(server);
    const larder = await larders.open({ userId, transport: server });
    const provisional = [2 ** 52 + 2, 2 ** 52 + 1].map((sequenceNumber) => ({
      ...makeMessage(0, 1),
      ...{ id: `temp-${sequenceNumber}`, sequenceNumber, status: 'pending' },
    }));
    await putRows(larder.databaseName, 'messages', provisional);
    expect(await sequencesOf(larder, 0, 3)).to.deep.equal([20, 2 ** 52 + 1, 2 ** 52 + 2]);
    expect(await sequencesOf(larder, 0)).to.deep.equal([...range(1, 20), 2 ** 52 + 1, 2 ** 52 + 2]);
    server.post(0, 1);
    await until(async () => (await sequencesOf(larder, 0, 3))[0] === 21);
    expect(await historyOf(larder, 0)).to.have.lengthOf(23);
  });

  describe('gaps', () => {
    it('inside a page and directly below it come with it, others do not', async () => {
      const server = new FakeServer(1, 600);
      server.hold();
      const userId = freshUser();
      const filler = await larders.open({ userId, transport: server });
      server.release();
      await filler.chat(chatId).sync();
      await filler.chat(chatId).fill({ startSeq: 101, endSeq: 200, detectedAt: 0 });
      await filler.chat(chatId).fill({ startSeq: 301, endSeq: 400, detectedAt: 0 });
      // The idle repair starts with the newest hole; nothing is to be repaired here.
      server.down = true;
      await filler.close();
      const larder = await larders.open({ userId, transport: server });
      const all = await gapsOf(larder, 0);
      const chat = larder.chat(chatId);
      const seen = async (limit: number, before?: number) => {
        const page = await chat.messages(before === undefined ? { limit } : { limit, before });
        return page.gaps.map(({ startSeq, endSeq }) => [startSeq, endSeq]);
      };
      expect(all[0]).to.deep.equal([1, 100]);
      expect(await seen(10)).to.deep.equal([]);
      expect(await seen(1000)).to.deep.equal(all);
      expect(await seen(50, 151)).to.deep.equal([[1, 100]]);
      expect(await seen(49, 151)).to.deep.equal([]);
    });

    it('that were filled are gone, and the page is whole', async () => {
      const server = new FakeServer(1, 130);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      const chat = larder.chat(chatId);
      await chat.sync();
      const [gap] = (await chat.messages()).gaps;
      expect(gap).to.include({ startSeq: 1, endSeq: 80 });
      expect(gap!.detectedAt).to.be.closeTo(Date.now(), 60_000);
      await chat.fill(gap!);
      expect((await chat.messages()).gaps).to.deep.equal([]);
      await chat.fill(gap!);
      expect(server.askedOf(0)).to.have.lengthOf(2);
      await untilConverged(larder, server, 0);
    });
  });

  describe('the list', () => {
    it('is in the order of activity and has a limit', async () => {
      const server = new FakeServer(5, 1);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.sync();
      server.post(2, 1);
      await larder.sync();
      const titles = (chats: ChatSummary[]) => chats.map(({ title }) => title);
      expect(titles(await larder.chats())).to.deep.equal(['Chat 2', 'Chat 4', 'Chat 3', 'Chat 1', 'Chat 0']);
      expect(titles(await larder.chats({ limit: 2 }))).to.deep.equal(['Chat 2', 'Chat 4']);
    });

    it('comes in pages when there is more than one page of chats', async function () {
      this.timeout(30_000);
      const server = new FakeServer(450, 0);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.sync();
      expect(await larder.chats({ limit: 1000 })).to.have.lengthOf(450);
      expect(server.askedFor('fetchChats')).to.have.lengthOf(3);
    });

    it('is watched: at once, and after each change', async () => {
      const server = new FakeServer(1, 1);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      const seen: number[] = [];
      const stop = larder.watchChats({}, (chats) => seen.push(chats.length));
      await until(() => seen.at(-1) === 1);
      server.addChat(1, 1);
      await until(() => seen.at(-1) === 2);
      stop();
      server.addChat(2, 1);
      await until(async () => (await larder.chats()).length === 3);
      expect(seen.at(-1)).to.equal(2);
      expect(seen[0]).to.equal(0);
    });
  });

  // A page from plain HTTP has no Web Crypto.
  for (const name of ['WebAssembly', 'SubtleCrypto']) {
    it(`tells of an environment without ${name}`, async () => {
      const original = Object.getOwnPropertyDescriptor(globalThis, name)!;
      delete (globalThis as Record<string, unknown>)[name];
      try {
        const error = await rejection(openLarder({ userId: freshUser(), transport: new FakeServer(0, 0) }));
        expect(error).to.include({ code: 'environment', name: 'LarderError', reason: `missing: ${name}` });
      } finally {
        Object.defineProperty(globalThis, name, original);
      }
    });
  }
});
