/** History in blocks: how pages, edits, live messages, older rows and damage become blocks or are mended. */
import { expect } from 'chai';
import * as LIMITS from '../../../js-bindings/src/gen/limits.js';
import type { Larder } from 'chatlarder';
import { blocksOf, messagesIn, putRows, rowsOf, textOf, type Block } from './support/database.js';
import { editedAt, FakeServer, makeMessage, uuid, type PageAnswer } from './support/fake-server.js';
import { gapsOf, historyOf, range, sequencesOf, untilConverged } from './support/history.js';
import { freshUser, Larders, until } from './support/larder.js';
import { dataOf } from './support/planted.js';
import {
  GAPS_OF_VERSION_3,
  messagesOfVersion3,
  restoreVersion3,
  serverOfVersion3,
} from './support/version-3.js';

const chatId = uuid(1, 0);
/** So many may be left when there was time to merge: below 16 small ones it isn't begun, beside full ones. */
const MERGED_MAX = 17;

describe('blocks', () => {
  const larders = new Larders();
  let userId: string;
  let server: FakeServer;
  let larder: Larder;

  beforeEach(() => (userId = freshUser()));
  afterEach(() => larders.destroyAll());

  /** All of chat 0 of a server with so many messages. */
  async function fetchAll(messages: number, fields: Record<string, unknown> = {}): Promise<void> {
    server = new FakeServer(1, 0);
    server.post(0, messages, fields);
    larder = await larders.open({ userId, transport: server });
    await larder.chat(chatId).sync();
    await fillAll(0);
    server.asked.length = 0;
  }

  async function fillAll(chat: number): Promise<void> {
    const known = larder.chat(uuid(1, chat));
    for (let { gaps } = await known.messages({ limit: 100_000 }); gaps.length;) {
      await known.fill(gaps.at(-1)!);
      ({ gaps } = await known.messages({ limit: 100_000 }));
    }
  }

  async function expectSound(): Promise<void> {
    const { problems } = await larder.verify();
    expect(problems).to.deep.equal([]);
    expect(larders.errors).to.deep.equal([]);
  }

  async function untilSealed(): Promise<void> {
    await until(async () => (await rowsOf(larder.databaseName, 'messages')).length === 0);
  }

  /** What tells a block that was written anew from one that was left alone. */
  function markOf(block: Block): string {
    return `${block.requestId} ${block.cachedAt} ${textOf(block)}`;
  }

  /** The ranges of blocks that `work` made or rewrote. */
  async function rewrittenBy(work: () => Promise<void>): Promise<[number, number][]> {
    const before = new Set((await blocksOf(larder.databaseName)).map(markOf));
    await work();
    const after = await blocksOf(larder.databaseName);
    return after
      .filter((block) => !before.has(markOf(block)))
      .map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence]);
  }

  describe('of pages', () => {
    it('hold a bounded number of messages each, in order, and every message once', async () => {
      await fetchAll(620);
      const blocks = await blocksOf(larder.databaseName);
      expect(blocks.flatMap(messagesIn).map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(
        range(1, 620),
      );
      for (const { count, bytes, data } of blocks) {
        expect(count).to.be.within(1, LIMITS.largeBlockMessages);
        expect(bytes).to.be.at.most(LIMITS.largeBlockBytes);
        expect(data.byteLength).to.equal(bytes);
      }
      expect(await rowsOf(larder.databaseName, 'messages')).to.deep.equal([]);
      await untilConverged(larder, server, 0);
      await expectSound();
    });

    it('hold a bounded number of bytes, but one larger message has one of its own', async () => {
      server = new FakeServer(1, 0);
      server.post(0, 30, { content: 'x'.repeat(5000) });
      server.post(0, 1, { attachment: 'y'.repeat(70_000) });
      server.post(0, 10, { content: 'z'.repeat(10_000) });
      larder = await larders.open({ userId, transport: server });
      await larder.chat(chatId).sync();
      const blocks = await blocksOf(larder.databaseName);
      for (const { bytes, count } of blocks) if (count > 1) expect(bytes).to.be.at.most(LIMITS.blockBytes);
      const large = blocks.find(({ bytes }) => bytes > LIMITS.blockBytes)!;
      expect(large).to.include({ firstSequence: 31, lastSequence: 31, count: 1 });
      expect(blocks.length).to.be.at.most(4 + 1 + 4);
      await untilConverged(larder, server, 0);
      await expectSound();
    });

    it('are large where a page brings more than an opened chat shows', async () => {
      await fetchAll(200, { attachment: 'y'.repeat(200) });
      const counts = (await blocksOf(larder.databaseName)).map(({ count }) => count);
      expect(counts).to.deep.equal([150, 50]);
      await untilConverged(larder, server, 0);
      await expectSound();
    });

    it('keep the bytes as they came, and add two marks', async () => {
      const unknown =
        '"status":"sent","n1":12345678901234567890,"n2":1.50,"n3":1E+2,"n4":-0,' +
        '"t":"\\u00e9\\/","o":{"b":1,"a":2}';
      const record = `${JSON.stringify(makeMessage(0, 2)).slice(0, -1)},${unknown}}`;
      server = new FakeServer(1, 3);
      server.tamper = (answer: PageAnswer) => {
        const [first, , third] = answer.messages.map((message) => JSON.stringify(message));
        const page = JSON.stringify({ ...answer, messages: [] });
        return page.replace('"messages":[]', () => `"messages":[${first},${record},${third}]`);
      };
      larder = await larders.open({ userId, transport: server });
      await larder.chat(chatId).sync();
      const [block] = await blocksOf(larder.databaseName);
      const text = textOf(block!);
      const { cachedAt } = block!;
      expect(text).to.include(`,${record.slice(0, -1)},"_cachedAt":${cachedAt},"_syncVersion":1},{`);
      await expectSound();
    });

    it('of many chats at once are told apart', async () => {
      server = new FakeServer(20, 45);
      larder = await larders.open({ userId, transport: server });
      await Promise.all(range(0, 19).map((chat) => larder.chat(uuid(1, chat)).sync()));
      for (const chat of range(0, 19)) await untilConverged(larder, server, chat);
      expect(await larder.verify()).to.include({ chats: 20, messages: 900, rows: 0 });
      await expectSound();
    });
  });

  describe('are changed alone', () => {
    beforeEach(() => fetchAll(400));

    async function blockWith(sequence: number): Promise<Block> {
      const blocks = await blocksOf(larder.databaseName);
      return blocks.find((block) => block.firstSequence <= sequence && block.lastSequence >= sequence)!;
    }

    it('by an edit', async () => {
      const { firstSequence, lastSequence } = await blockWith(100);
      const rewritten = await rewrittenBy(async () => {
        server.edit(0, 100, { content: 'edited', updatedAt: editedAt(100, 9) });
        await larder.chat(chatId).sync();
      });
      expect(rewritten).to.deep.equal([[firstSequence, lastSequence]]);
      await untilConverged(larder, server, 0);
      await expectSound();
    });

    it('by a tombstone', async () => {
      const { firstSequence, lastSequence, count } = await blockWith(100);
      const rewritten = await rewrittenBy(async () => {
        server.remove(0, firstSequence + 1);
        await larder.chat(chatId).sync();
      });
      expect(rewritten).to.deep.equal([[firstSequence, lastSequence]]);
      expect((await blockWith(lastSequence)).count).to.equal(count - 1);
      await untilConverged(larder, server, 0);
      await expectSound();
    });

    it('by the deletion of its first, its last, and all of its messages', async () => {
      const { firstSequence, lastSequence } = await blockWith(100);
      const deleted = async (...sequences: number[]) => {
        for (const sequence of sequences) server.remove(0, sequence);
        await larder.chat(chatId).sync();
      };
      const rewritten = await rewrittenBy(() => deleted(firstSequence, lastSequence));
      expect(rewritten).to.deep.equal([[firstSequence + 1, lastSequence - 1]]);
      expect(await rewrittenBy(() => deleted(...range(firstSequence + 1, lastSequence - 1)))).to.deep.equal(
        [],
      );
      const blocks = await blocksOf(larder.databaseName);
      expect(blocks.filter(({ firstSequence: n }) => n >= firstSequence && n <= lastSequence)).to.deep.equal(
        [],
      );
      await untilConverged(larder, server, 0);
      expect(await gapsOf(larder, 0)).to.deep.equal([]);
      await expectSound();
    });

    it('by an edit and a deletion in one delta, with new messages', async () => {
      const [one, other] = [await blockWith(60), await blockWith(270)];
      const rewritten = await rewrittenBy(async () => {
        server.edit(0, 60, { content: 'edited', updatedAt: editedAt(60, 9) });
        server.remove(0, 270);
        server.post(0, 3);
        await larder.chat(chatId).sync();
      });
      const ranges = [one, other].map(({ firstSequence, lastSequence }) => [firstSequence, lastSequence]);
      expect(rewritten).to.deep.include.members(ranges);
      const others = rewritten.filter(([first]) => !ranges.some(([known]) => known === first));
      expect(others.every(([, last]) => last === 403)).to.equal(true);
      await untilConverged(larder, server, 0);
      await expectSound();
    });

    it('by a reset all that is fetched again, and nothing is missing meanwhile', async () => {
      server.chats.get(0)!.messages.find(({ sequenceNumber: n }) => n === 200)!.content = 'changed unseen';
      const counts: number[] = [];
      const stop = larder.chat(chatId).watch({ limit: 1000 }, ({ messages }) => counts.push(messages.length));
      await until(() => counts.length > 0);
      server.forget(0);
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
      stop();
      expect(new Set(counts)).to.deep.equal(new Set([400]));
      await expectSound();
    });
  });

  describe('of live messages', () => {
    it('are readable at once, and become few when there is time', async () => {
      await fetchAll(30);
      const stop = larder.chat(chatId).watch({}, () => {});
      for (const sequence of range(31, 90)) {
        server.post(0, 1);
        await until(async () => (await sequencesOf(larder, 0)).at(-1) === sequence);
      }
      stop();
      expect(await rowsOf(larder.databaseName, 'messages')).to.deep.equal([]);
      await until(async () => (await blocksOf(larder.databaseName)).length <= MERGED_MAX);
      await untilConverged(larder, server, 0);
      await expectSound();
    });

    it('are readable while small blocks are merged, at every moment', async () => {
      await fetchAll(30);
      let most = 30;
      let fewer = 0;
      const look = async () => {
        const { length } = await sequencesOf(larder, 0);
        if (length < most) fewer += 1;
        most = Math.max(most, length);
      };
      for (const count of range(1, 40)) {
        server.post(0, 1);
        await until(async () => (await look(), most === 30 + count));
      }
      await until(async () => (await look(), (await blocksOf(larder.databaseName)).length <= MERGED_MAX));
      expect(fewer).to.equal(0);
      await expectSound();
    });
  });

  describe('from version 3', () => {
    beforeEach(async () => {
      server = serverOfVersion3();
      await restoreVersion3(`support-center-${userId}-cache`);
    });

    it('shows every row at once, without a server', async () => {
      server.down = true;
      larder = await larders.open({ userId, transport: server });
      for (const chat of [0, 1, 2, 3]) {
        const { messages } = await larder.chat(uuid(1, chat)).messages({ limit: 1000 });
        expect(messages).to.deep.equal(messagesOfVersion3(chat));
      }
      expect(await gapsOf(larder, 1)).to.deep.equal(GAPS_OF_VERSION_3);
    });

    for (const down of [true, false]) {
      const besides = down ? 'offline' : 'and nothing is fetched again';
      it(`rows become blocks when there is time, ${besides}`, async () => {
        server.down = down;
        larder = await larders.open({ userId, transport: server });
        // Without a server an open of the chat would be asked for; the list alone is.
        if (!down) await larder.sync();
        await untilSealed();
        expect(
          server.askedFor('fetchMessages').filter(({ beforeSequence }) => beforeSequence !== 41),
        ).to.deep.equal([]);
        const report = await larder.verify();
        expect(report).to.include({ chats: 4, rows: 0 });
        expect(report.problems).to.deep.equal([]);
        for (const chat of [0, 2, 3]) {
          const { messages } = await larder.chat(uuid(1, chat)).messages({ limit: 1000 });
          expect(messages).to.deep.equal(messagesOfVersion3(chat));
        }
        const blocks = await blocksOf(larder.databaseName, chatId);
        expect(blocks.length).to.be.at.most(7);
      });
    }

    it('positions are kept', async () => {
      server.down = true;
      larder = await larders.open({ userId, transport: server });
      await untilSealed();
      expect(await gapsOf(larder, 1)).to.deep.equal(GAPS_OF_VERSION_3);
      const chats = await larder.chats();
      const positions = chats.map((chat) => [chat.title, chat.lastSyncedSequence, chat.messageCount]);
      expect(positions.sort()).to.deep.equal([
        ['Chat 0', 300, 300],
        ['Chat 1', 50, 30],
        ['Chat 2', 40, 38],
        ['Chat 3', 5, 5],
      ]);
      expect(chats.find(({ title }) => title === 'Chat 3')).to.include({
        lastReadSequence: 4,
        unreadCount: 1,
      });
    });

    it('goes on from where it was: one delta, and edits of rows and of blocks', async () => {
      larder = await larders.open({ userId, transport: server });
      server.edit(0, 17, { content: 'edited as a row', updatedAt: editedAt(17, 50) });
      server.remove(0, 18);
      server.post(0, 4);
      await larder.chat(chatId).sync();
      expect(server.askedOf(0)[0]).to.include({ afterSequence: 300, sinceRevision: '1' });
      await untilConverged(larder, server, 0);
      await untilSealed();
      server.edit(0, 19, { content: 'edited in a block', updatedAt: editedAt(19, 50) });
      server.remove(0, 17);
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
      await expectSound();
    });
  });

  describe('and rows', () => {
    async function reopen(layout: 'blocks' | 'rows'): Promise<void> {
      await larder?.close();
      larder = await larders.open({ userId, transport: server, layout });
    }

    it('take turns without a loss: rows, blocks, rows', async () => {
      server = new FakeServer(2, 230);
      const change = async (sequence: number) => {
        for (const chat of [0, 1]) {
          server.edit(chat, sequence, { content: `edit ${sequence}`, updatedAt: editedAt(sequence, 9) });
          server.remove(chat, sequence + 1);
          server.post(chat, 7);
          await larder.chat(uuid(1, chat)).sync();
          await untilConverged(larder, server, chat);
        }
        await expectSound();
      };
      larder = await larders.open({ userId, transport: server, layout: 'rows' });
      for (const chat of [0, 1]) {
        await larder.chat(uuid(1, chat)).sync();
        await fillAll(chat);
      }
      await change(5);
      expect(await blocksOf(larder.databaseName)).to.deep.equal([]);
      await reopen('blocks');
      await change(50);
      await untilSealed();
      await change(100);
      await reopen('rows');
      await change(120);
      await change(200);
      expect((await rowsOf(larder.databaseName, 'messages')).length).to.be.greaterThan(0);
      await reopen('blocks');
      await untilSealed();
      await change(20);
      const fetched = server
        .askedFor('fetchMessages')
        .filter(({ sinceRevision }) => sinceRevision === undefined);
      expect(fetched.length).to.be.at.most(6);
    });
  });

  describe('that are damaged', () => {
    type Spoil = (block: Block) => object;
    const kinds: [string, Spoil][] = [
      ['bad JSON', (block) => ({ ...block, data: dataOf(textOf(block).slice(0, -9)) })],
      ['a wrong count', (block) => ({ ...block, count: block.count - 1 })],
      ['missing data', ({ data, ...block }) => (void data, block)],
      ['another range', withFirst((message) => ({ ...message, sequenceNumber: 0.5 }))],
    ];

    /** The block with its first message changed. */
    function withFirst(change: (message: object) => object): Spoil {
      return (block) => {
        const [first, ...others] = messagesIn(block);
        return { ...block, data: dataOf([change(first!), ...others]) };
      };
    }

    /** Spoils the chat's second block while nobody has it open. */
    async function spoil(how: Spoil): Promise<Block> {
      await larder.close();
      const [, block] = await blocksOf(larder.databaseName);
      await putRows(larder.databaseName, 'message_blocks', [how(block!)]);
      return block!;
    }

    for (const [name, how] of kinds) {
      it(`by ${name} cost a fetch of their range and nothing else`, async () => {
        await fetchAll(300);
        const { firstSequence, lastSequence, requestId } = await spoil(how);
        larder = await larders.open({ userId, transport: server });
        await larder.sync();
        await larder.chat(requestId).messages({ limit: 1000 });
        await untilConverged(larder, server, 0);
        const asked = server.askedFor('fetchMessages');
        expect(asked).to.have.lengthOf(1);
        expect(asked[0]).to.include({ beforeSequence: lastSequence + 1, afterSequence: firstSequence - 1 });
        const [meta] = await rowsOf(larder.databaseName, 'chat_meta');
        expect(meta).to.deep.include({ messageCount: 300, knownGaps: [] });
        await expectSound();
      });

      it(`by ${name} are a hole without a network, until there is one`, async () => {
        await fetchAll(300);
        const { firstSequence, lastSequence } = await spoil(how);
        server.down = true;
        larder = await larders.open({ userId, transport: server });
        const others = range(1, 300).filter((n) => n < firstSequence || n > lastSequence);
        expect(await sequencesOf(larder, 0)).to.deep.equal(others);
        await until(async () => (await gapsOf(larder, 0)).length === 1);
        expect(await gapsOf(larder, 0)).to.deep.equal([[firstSequence, lastSequence]]);
        expect(await sequencesOf(larder, 0)).to.deep.equal(others);
        expect((await larder.verify()).problems).to.deep.equal([]);
        server.down = false;
        await larder.sync().catch(() => {});
        await untilConverged(larder, server, 0);
        expect(await historyOf(larder, 0)).to.deep.equal(server.chats.get(0)!.messages);
      });
    }

    it('are found by an edit too, before anybody reads them', async () => {
      await fetchAll(300);
      const { firstSequence } = await spoil(kinds[0]![1]);
      server.edit(0, firstSequence + 2, { content: 'edited', updatedAt: editedAt(firstSequence + 2, 9) });
      larder = await larders.open({ userId, transport: server });
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
      await expectSound();
    });
  });
});
