/** The byte limit: what was used last stays, pinned files stay, and a full disk costs files, not messages. */
import { expect } from 'chai';
import type { Larder, LarderOptions, QuotaDetail } from 'chatlarder';
import { rowsOf } from './support/database.js';
import { uuid } from './support/fake-server.js';
import { range } from './support/history.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import { chatId, expectSound, mediaRows, otherChatId, storedNames } from './support/media.js';
import { MediaServer, noise } from './support/media-server.js';
import { sentTo, untilDrained } from './support/outbox.js';
import { Remote, type Fault } from './support/remote.js';

const MESSAGES_ROOM = 100_000;

describe('media and limits', () => {
  const larders = new Larders();
  let userId: string;
  let server: MediaServer;
  let remote: Remote;
  let larder: Larder;
  let quotas: QuotaDetail[];

  beforeEach(() => {
    userId = freshUser();
    server = new MediaServer(2, 3);
    remote = new Remote(server);
    quotas = [];
  });
  afterEach(async () => {
    server.release();
    await larders.destroyAll();
    remote.close();
  });

  async function open(options: Partial<LarderOptions> = {}): Promise<Larder> {
    const media = { thumbnails: false } as const;
    larder = await larders.open({ userId, transport: server, media, ...options });
    larder.addEventListener('quota', ({ detail }) => quotas.push(detail));
    return larder;
  }

  /** Files of so many bytes, got one after the other. */
  async function get(size: number, ...names: string[]): Promise<void> {
    for (const name of names) {
      await server.put(0, name, noise(size, name.charCodeAt(0)));
      await larder.media.get(chatId, name);
    }
  }

  /** Taken from disk, and the core has been told. */
  async function touch(name: string): Promise<void> {
    const { cacheHits } = await larder.stats();
    await larder.media.get(chatId, name);
    await until(async () => (await larder.stats()).cacheHits > cacheHits);
  }

  describe('a limit', () => {
    it('is kept: what was used longest ago goes, down to nine tenths', async () => {
      await open({ limits: { bytes: 100_000, itemBytes: 50_000 } });
      await get(20_000, 'a', 'b', 'c', 'd');
      await touch('a');
      await get(20_000, 'e', 'f');
      const stored = await storedNames(larder);
      expect(stored).to.include.members(['a', 'e', 'f']);
      expect(stored).to.not.include('b');
      const { totalSize } = await larder.stats();
      expect(totalSize).to.be.at.most(100_000);
      expect(await rowsOf(larder.databaseName, 'media_blobs')).to.have.lengthOf(stored.length);
      await expectSound(larder);
    });

    it('spares what is pinned, and what is of a pinned chat', async () => {
      await open({ limits: { bytes: 100_000, itemBytes: 50_000 } });
      await get(20_000, 'a', 'b');
      await larder.media.pin(chatId, 'a');
      await server.put(1, 'z', noise(20_000));
      await larder.media.get(otherChatId, 'z');
      await larder.media.pin(otherChatId);
      await get(20_000, 'c', 'd', 'e', 'f');
      expect(await storedNames(larder)).to.include.members(['a', 'z']);
      await larder.media.unpin(chatId, 'a');
      await larder.media.unpin(otherChatId);
      await get(20_000, 'g', 'h');
      expect(await storedNames(larder)).to.not.include.members(['a', 'z']);
      await expectSound(larder);
    });

    it('takes low before normal before high', async () => {
      await open({ limits: { bytes: 100_000, itemBytes: 50_000 } });
      await get(20_000, 'a', 'b', 'c', 'd');
      await larder.setLimits({ bytes: 95_000 });
      await larder.media.setPriority(chatId, 'a', 'high');
      await larder.media.setPriority(chatId, 'd', 'low');
      await get(20_000, 'e');
      const stored = await storedNames(larder);
      expect(stored).to.include('a');
      expect(stored).to.not.include('d');
      await expectSound(larder);
    });

    it('lowered while running makes room at once; raised, there is more', async () => {
      await open();
      await get(20_000, 'a', 'b', 'c', 'd', 'e');
      await larder.setLimits({ bytes: 50_000 });
      expect((await larder.stats()).totalSize).to.be.at.most(50_000);
      await expectSound(larder);
      await larder.setLimits({ bytes: 200_000, itemBytes: 20_000 });
      await get(20_000, 'f', 'g', 'h', 'i');
      expect(await storedNames(larder)).to.include.members(['f', 'g', 'h', 'i']);
      expect((await rejection(larder.setLimits({ bytes: 0 }))).code).to.equal('argument');
    });

    it('hands out and does not keep what is too large, or would push out pinned files', async () => {
      await open({ limits: { bytes: MESSAGES_ROOM, itemBytes: 60_000 } });
      await server.put(0, 'huge', noise(70_000));
      expect((await larder.media.get(chatId, 'huge')).size).to.equal(70_000);
      expect(await storedNames(larder)).to.deep.equal([]);
      await get(50_000, 'a');
      await larder.media.pin(chatId, 'a');
      await server.put(0, 'b', noise(55_000));
      expect((await larder.media.get(chatId, 'b')).size).to.equal(55_000);
      expect(await storedNames(larder)).to.deep.equal(['a']);
      await until(() => quotas.some(({ notKept }) => notKept === `${chatId}:b`));
      expect(await rowsOf(larder.databaseName, 'media_blobs')).to.have.lengthOf(1);
      await expectSound(larder);
    });

    it('evict makes room, in one chat or in all', async () => {
      await open();
      await get(10_000, 'a', 'b', 'c');
      await server.put(1, 'z', noise(10_000));
      await larder.media.get(otherChatId, 'z');
      expect(await larder.media.evict(1, otherChatId)).to.equal(10_000);
      expect(await larder.media.evict(15_000)).to.equal(20_000);
      expect(await storedNames(larder)).to.deep.equal(['c']);
      expect((await rejection(larder.media.evict(-1))).path).to.equal('bytes');
      await expectSound(larder);
    });
  });

  describe('messages', () => {
    async function fillAll(number: number): Promise<void> {
      const chat = larder.chat(uuid(1, number));
      const gapsLeft = async () => (await chat.messages({ limit: 400 })).gaps;
      for (let [gap] = await gapsLeft(); gap; [gap] = await gapsLeft()) await chat.fill(gap);
    }

    it('go when no file is left, but for the newest 50 of each chat', async () => {
      server = new MediaServer(3, 400);
      await open();
      for (const chat of [0, 1, 2]) {
        await larder.chat(uuid(1, chat)).sync();
        await fillAll(chat);
      }
      await get(10_000, 'a');
      const before = await larder.stats();
      await larder.setLimits({ bytes: Math.floor(before.messagesSize * 0.7) });
      expect(await storedNames(larder)).to.deep.equal([]);
      const { totalSize, messagesSize } = await larder.stats();
      expect(totalSize).to.equal(messagesSize);
      expect(totalSize).to.be.at.most(before.messagesSize * 0.7);
      for (const chat of [0, 1, 2]) {
        const { messages } = await larder.chat(uuid(1, chat)).messages({ limit: 50 });
        expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(range(351, 400));
      }
      const counts = new Map((await larder.chats()).map((chat) => [chat.requestId, chat.messageCount]));
      expect([...counts.values()].some((count) => count < 400)).to.equal(true);
      await expectSound(larder);
      const shrunk = [0, 1, 2].find((chat) => counts.get(uuid(1, chat))! < 400)!;
      await larder.setLimits({ bytes: before.totalSize * 2 });
      const { gaps } = await larder.chat(uuid(1, shrunk)).messages({ limit: 400 });
      expect(gaps).to.have.lengthOf(1);
      expect(gaps[0]!.startSeq).to.equal(1);
      await fillAll(shrunk);
      expect((await larder.chat(uuid(1, shrunk)).messages({ limit: 400 })).messages).to.have.lengthOf(400);
      await expectSound(larder);
    });
  });

  describe('the order of use', () => {
    it('is written in batches, never with a read', async () => {
      await open({ transport: remote.config });
      await get(1000, 'a', 'b', 'c');
      const before = (await mediaRows(larder)).get('a')!.lastAccessedAt;
      await remote.arm({ how: 'throw', name: 'UnknownError', store: 'media_meta', after: 1e9 });
      for (let i = 0; i < 50; i += 1) await larder.media.get(chatId, i % 2 ? 'a' : 'b');
      expect((await mediaRows(larder)).get('a')!.lastAccessedAt).to.equal(before);
      await until(async () => (await mediaRows(larder)).get('a')!.lastAccessedAt > before, 20_000);
      const rows = await mediaRows(larder);
      const order = ['a', 'b', 'c'].sort((x, y) => rows.get(x)!.lastAccessedAt - rows.get(y)!.lastAccessedAt);
      expect(order).to.deep.equal(['c', 'b', 'a']);
      expect((await larder.stats()).cacheHits).to.equal(50);
    });

    it('survives a restart', async () => {
      await open();
      await get(20_000, 'a', 'b', 'c');
      await touch('a');
      const { lastAccessedAt } = (await mediaRows(larder)).get('a')!;
      await until(async () => (await mediaRows(larder)).get('a')!.lastAccessedAt !== lastAccessedAt, 20_000);
      await larder.close();
      await open({ limits: { bytes: 70_000, itemBytes: 30_000 } });
      await get(20_000, 'd');
      expect(await storedNames(larder))
        .to.include.members(['a', 'd'])
        .and.not.include('b');
      await expectSound(larder);
    });
  });

  describe('a disk that is full', () => {
    afterEach(() => remote.arm(null));

    const full = (times: number, fields: Partial<Fault> = {}): Fault => {
      return { how: 'throw', name: 'QuotaExceededError', times, ...fields };
    };
    const BLOBS = { store: 'media_blobs', method: 'put' } as const;

    it('once: room is made and the file is kept', async () => {
      await open({ transport: remote.config });
      await get(500_000, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
      await remote.arm(full(1, BLOBS));
      await get(500_000, 'x');
      expect(await remote.hits()).to.equal(1);
      const stored = await storedNames(larder);
      expect(stored).to.include('x');
      expect(stored).to.not.include('a');
      await expectSound(larder);
      expect(larders.withCode('storage')).to.deep.equal([]);
    });

    it('for files: they are handed out and not kept, messages and the outbox are', async () => {
      await open({ transport: remote.config });
      await get(20_000, 'a', 'b');
      await remote.arm(full(1e9, BLOBS));
      await server.put(0, 'x', noise(20_000));
      expect((await larder.media.get(chatId, 'x')).size).to.equal(20_000);
      expect(await storedNames(larder)).to.not.include('x');
      await until(() => quotas.some(({ notKept }) => notKept === `${chatId}:x`));
      await larder.chat(chatId).send({ content: 'still sent' });
      await untilDrained(larder);
      expect(sentTo(server, 0)).to.deep.equal(['still sent']);
      await remote.arm(null);
      await expectSound(larder);
    });

    it('for everything: the file is handed out all the same', async () => {
      await open({ transport: remote.config });
      await get(20_000, 'a');
      await remote.arm(full(1e9));
      await server.put(0, 'x', noise(20_000));
      expect((await larder.media.get(chatId, 'x')).size).to.equal(20_000);
      await remote.arm(null);
      await larder.sync();
      await expectSound(larder);
    });
  });
});
