/**
 * Servers that don't keep the contract: each has a defined outcome, an error that names it, and no lost row.
 */
import { expect } from 'chai';
import type { FetchMessagesParams, Larder } from 'chatlarder';
import { storedMessages } from './support/database.js';
import { editedAt, FakeServer, makeMessage, uuid, type PageAnswer } from './support/fake-server.js';
import { gapsOf, historyOf, range, sequencesOf, untilConverged } from './support/history.js';
import {
  freshUser,
  Larders,
  layout,
  namesOf,
  onlyBlocks,
  onlyRows,
  rejection,
  until,
} from './support/larder.js';

const chatId = uuid(1, 0);

describe('a wrong server', () => {
  const larders = new Larders();
  let server: FakeServer;
  let larder: Larder;

  beforeEach(async () => {
    server = new FakeServer(2, 30);
    larder = await larders.open({ userId: freshUser(), transport: server });
    await larder.sync();
    await larder.chat(chatId).sync();
    server.asked.length = 0;
  });
  afterEach(() => larders.destroyAll());

  /** Spoils the next page that is asked for, and no other. */
  function spoilNext(spoil: (answer: PageAnswer, params: FetchMessagesParams) => object | string): void {
    server.tamper = (answer, params) => {
      server.tamper = null;
      return spoil(answer, params);
    };
  }

  async function untilReported(...names: string[]): Promise<void> {
    await until(() => larders.errors.length >= names.length);
    expect(namesOf(larders.errors)).to.deep.equal(names);
    for (const { requestId } of larders.errors) expect(requestId).to.equal(chatId);
  }

  /** Gives the package ten occasions to ask again, and returns how often the chat was asked for. */
  async function untilQuiet(): Promise<number> {
    for (let i = 0; i < 10; i += 1) await larder.sync();
    await until(() => ['SYNCED', 'GAP_DETECTED', 'STALE'].includes(larder.chat(chatId).state!));
    return server.askedOf(0).length;
  }

  describe('sends pages', () => {
    it('out of order: they are sorted', async () => {
      spoilNext((answer) => ({ ...answer, messages: answer.messages.reverse() }));
      server.post(0, 10);
      await untilConverged(larder, server, 0);
      await untilReported('page_order messages[1].sequenceNumber');
    });

    it('that overlap with what is here: nothing is lost, nothing doubled', async () => {
      spoilNext((answer) => ({
        ...answer,
        messages: server.chats.get(0)!.messages.slice(20),
        covers: { from: 21, to: 40 },
      }));
      server.post(0, 10);
      await untilConverged(larder, server, 0);
      await untilReported('covers_mismatch covers');
    });

    it('of another stretch than was asked for: the hole stays known', async () => {
      spoilNext((answer) => ({
        ...answer,
        messages: server.chats.get(0)!.messages.slice(0, 10),
        covers: { from: 1, to: 10 },
      }));
      server.post(0, 10);
      await untilReported('covers_mismatch covers');
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
    });

    it('again and again, always the same: asked a bounded number of times', async () => {
      const first = { messages: server.chats.get(0)!.messages.slice(0, 10), covers: { from: 1, to: 10 } };
      server.tamper = (answer) => ({ ...answer, ...first });
      server.post(0, 10);
      await until(() => larders.errors.length > 0);
      expect(await untilQuiet()).to.be.at.most(5);
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
      server.tamper = null;
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
    });

    it('twice, each message: one is kept', async () => {
      spoilNext((answer) => ({ ...answer, messages: answer.messages.flatMap((each) => [each, each]) }));
      server.post(0, 10);
      await untilConverged(larder, server, 0);
      expect(larders.errors).to.deep.equal([]);
    });
  });

  describe('covers', () => {
    /** What the page claims, what is known after it, and whether the claim fits the page. */
    const claims: [string, PageAnswer['covers'] | undefined, boolean][] = [
      ['too wide below', { from: 1, to: 40 }, false],
      ['too wide above', { from: 31, to: 4000 }, false],
      ['far too wide', { from: 1, to: 2 ** 52 - 1 }, false],
      ['too narrow', { from: 35, to: 36 }, false],
      ['inverted', { from: 40, to: 31 }, false],
      ['missing', null, false],
      ['not even a field', undefined, false],
      ['just right', { from: 31, to: 40 }, true],
    ];
    for (const [name, covers, fits] of claims) {
      it(`${name}: all messages are stored, none lost`, async () => {
        spoilNext((answer) => ({ ...answer, covers }));
        server.post(0, 10);
        await until(async () => (await sequencesOf(larder, 0)).includes(40));
        expect(await historyOf(larder, 0)).to.deep.equal(server.chats.get(0)!.messages);
        if (fits) expect(larders.errors).to.deep.equal([]);
        else await untilReported('covers_mismatch covers');
        expect((await larder.chat(chatId).messages()).chat!.lastSyncedSequence).to.equal(40);
        server.post(0, 1);
        await untilConverged(larder, server, 0);
      });
    }

    it('no object: the page is refused and asked for again', async () => {
      spoilNext((answer) => ({ ...answer, covers: [31, 40] }));
      server.post(0, 10);
      await untilConverged(larder, server, 0);
      await untilReported('field_type covers');
    });

    it('nothing of a hole, ever: it stays known and is not asked for all the time', async () => {
      server.post(0, 500);
      server.tamper = (answer, { beforeSequence }) =>
        beforeSequence ? { ...answer, messages: [], covers: null } : answer;
      await until(async () => (await sequencesOf(larder, 0)).includes(530));
      await until(() => larder.chat(chatId).state === 'GAP_DETECTED');
      await until(() => server.askedOf(0).length > 1);
      expect(await untilQuiet()).to.be.at.most(5);
      expect(await gapsOf(larder, 0)).to.deep.equal([[31, 330]]);
      await until(() => larders.errors.length > 0);
      expect(namesOf(larders.errors)[0]).to.equal('covers_mismatch covers');
      server.tamper = null;
      const [gap] = (await larder.chat(chatId).messages({ limit: 1000 })).gaps;
      await larder.chat(chatId).fill(gap!);
      await larder.chat(chatId).fill(gap!);
      await untilConverged(larder, server, 0);
    });
  });

  describe('and sequence numbers', () => {
    it('that go backwards: what is stored is kept', async () => {
      const before = await historyOf(larder, 0);
      spoilNext((answer) => ({ ...answer, lastSequence: 12, covers: null, messages: [] }));
      await larder.chat(chatId).sync();
      await untilReported('sequence_regressed lastSequence');
      expect(await historyOf(larder, 0)).to.deep.equal(before);
      expect((await larder.chat(chatId).messages()).chat!.lastSyncedSequence).to.equal(30);
      server.post(0, 2);
      await untilConverged(larder, server, 0);
    });

    it('that go backwards for good: what is stored is kept, and asking ends', async () => {
      server.tamper = (answer) => ({ ...answer, lastSequence: 12, covers: null, messages: [] });
      server.tamperList = (answer) => ({
        ...answer,
        chats: answer.chats.map((chat) => ({ ...chat, lastSequence: 12 })),
      });
      server.post(0, 1);
      await until(() => larders.withCode('sequence_regressed').length > 0);
      expect(await untilQuiet()).to.be.at.most(4);
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
    });

    it('that two messages share, in one page: the first is kept', async () => {
      spoilNext((answer) => {
        const twin = { ...answer.messages[3]!, id: uuid(77, 1), content: 'the twin' };
        answer.messages.splice(4, 0, twin);
        return answer;
      });
      server.post(0, 10);
      await untilConverged(larder, server, 0);
      await untilReported('sequence_conflict messages[4].sequenceNumber');
    });

    it('that two messages share, on two pages: the first is kept', async () => {
      const twin = { ...makeMessage(0, 17), id: uuid(77, 1), content: 'the twin' };
      spoilNext((answer) => ({ ...answer, messages: [twin, ...answer.messages] }));
      server.post(0, 10);
      await untilConverged(larder, server, 0);
      await untilReported('sequence_conflict messages[0].sequenceNumber');
    });

    it('that an edited message has changed: it keeps its place', async () => {
      const moved = {
        ...makeMessage(0, 5),
        sequenceNumber: 9,
        updatedAt: editedAt(5, 100),
        content: 'moved',
      };
      spoilNext((answer) => ({ ...answer, messages: [moved, ...answer.messages] }));
      server.post(0, 1);
      await until(async () => (await sequencesOf(larder, 0)).includes(31));
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 31));
      await untilReported('sequence_conflict messages[0].sequenceNumber');
    });

    it('that a message is given anew: both numbers are fetched again', async function () {
      onlyRows(this);
      const again = { ...makeMessage(0, 31), id: makeMessage(0, 5).id, content: 'message 5 once more' };
      spoilNext((answer) => ({ ...answer, messages: [again] }));
      server.post(0, 1);
      await untilConverged(larder, server, 0);
      const { chat } = await larder.chat(chatId).messages();
      expect(chat!.messageCount).to.equal(31);
      expect(await storedMessages(larder.databaseName)).to.have.lengthOf(31);
    });

    // Nothing looks for an id in a chat's blocks: what is named there is a number.
    it('that a message is given anew: in blocks both show until the old one is fetched', async function () {
      onlyBlocks(this);
      const again = { ...makeMessage(0, 31), id: makeMessage(0, 5).id, content: 'message 5 once more' };
      server.tamper = (answer) => ({
        ...answer,
        messages: answer.messages.map((each) => (each.sequenceNumber === 31 ? again : each)),
      });
      server.post(0, 1);
      await until(async () => (await sequencesOf(larder, 0)).includes(31));
      const shown = (await historyOf(larder, 0)).filter(({ id }) => id === again.id);
      expect(shown.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal([5, 31]);
      const moved = server.chats.get(0)!;
      moved.messages = moved.messages.filter(({ sequenceNumber }) => sequenceNumber !== 5);
      moved.messages[moved.messages.length - 1] = again;
      server.tamper = null;
      server.forget(0);
      await untilConverged(larder, server, 0);
      expect(larders.errors).to.deep.equal([]);
    });

    it('that one message has twice in a page: one is kept', async () => {
      server.tamper = (answer) => {
        if (answer.messages.length === 10) answer.messages[7]!.id = answer.messages[2]!.id;
        return answer;
      };
      server.post(0, 10);
      await untilReported('id_conflict messages[7].id');
      await until(async () => (await sequencesOf(larder, 0)).length >= 39);
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 40).filter((n) => n !== 38));
      expect((await larder.verify()).problems).to.deep.equal([]);
    });
  });

  describe('and ids', () => {
    // The `messages` store is keyed by id alone; in blocks a message is named by chat and number.
    it('one in two chats: as rows the first is kept, in blocks each chat has it', async () => {
      const theirs = { ...makeMessage(1, 3), id: makeMessage(0, 3).id };
      server.tamper = (answer) => {
        if (answer.requestId === uuid(1, 1) && answer.messages.length) answer.messages[2] = theirs;
        return answer;
      };
      const before = await historyOf(larder, 0);
      await larder.chat(uuid(1, 1)).sync();
      if (layout === 'blocks') {
        expect(await sequencesOf(larder, 1)).to.deep.equal(range(1, 30));
        expect((await historyOf(larder, 1))[2]).to.deep.equal(theirs);
        expect(await historyOf(larder, 0)).to.deep.equal(before);
        return expect(larders.errors).to.deep.equal([]);
      }
      await until(() => larders.errors.length > 0);
      expect(new Set(namesOf(larders.errors))).to.deep.equal(new Set(['id_conflict messages[2].id']));
      expect(larders.errors[0]!.requestId).to.equal(uuid(1, 1));
      expect(await historyOf(larder, 0)).to.deep.equal(before);
      expect(await sequencesOf(larder, 1)).to.deep.equal(range(1, 30).filter((n) => n !== 3));
      const { chat } = await larder.chat(uuid(1, 1)).messages();
      expect(chat!.messageCount).to.equal(29);
    });

    it('messages of another chat in a page are left out', async () => {
      spoilNext((answer) => ({ ...answer, messages: [...answer.messages, makeMessage(1, 33)] }));
      server.post(0, 2);
      await untilConverged(larder, server, 0);
      await untilReported('request_mismatch messages[2].requestId');
    });

    it('a page of another chat is refused and asked for again', async () => {
      spoilNext((answer) => ({
        ...answer,
        requestId: uuid(1, 1),
        messages: answer.messages.map((each) => ({ ...each, requestId: uuid(1, 1) })),
      }));
      server.post(0, 10);
      await untilConverged(larder, server, 0);
      await untilReported('request_mismatch requestId');
    });
  });

  describe('answers', () => {
    const bodies: [string, (answer: PageAnswer) => object | string, string][] = [
      ['HTML', () => '<!doctype html><title>Log in</title>', 'body_syntax fetchMessages'],
      ['nothing', () => '', 'body_syntax fetchMessages'],
      ['a list', () => '[]', 'body_syntax fetchMessages'],
      ['null', () => 'null', 'body_syntax fetchMessages'],
      ['JSON that is cut', (answer) => JSON.stringify(answer).slice(0, -400), 'body_syntax fetchMessages'],
      ['JSON with more behind it', (answer) => `${JSON.stringify(answer)}{}`, 'body_syntax fetchMessages'],
      ['no messages', ({ messages, ...answer }) => (void messages, answer), 'field_missing messages'],
      ['messages that are no list', (answer) => ({ ...answer, messages: {} }), 'field_type messages'],
      ['no lastSequence', (answer) => ({ ...answer, lastSequence: undefined }), 'field_missing lastSequence'],
      ['a negative one', (answer) => ({ ...answer, lastSequence: -1 }), 'field_range lastSequence'],
    ];
    for (const [name, body, reported] of bodies) {
      it(`${name}: refused, and nothing is lost`, async () => {
        spoilNext(body);
        const before = await historyOf(larder, 0);
        const states = new Set<string | null>(); // the next try may be through soon
        larder.addEventListener('change', () => states.add(larder.chat(chatId).state));
        expect((await rejection(larder.chat(chatId).sync())).code).to.equal(reported.split(' ')[0]);
        expect(await historyOf(larder, 0)).to.deep.equal(before);
        await until(() => states.has('FAILED'));
        server.post(0, 3);
        await larder.chat(chatId).sync();
        await untilConverged(larder, server, 0);
        await untilReported(reported);
      });
    }

    it('that are refused are asked for again by themselves', async () => {
      spoilNext(() => '<html></html>');
      server.post(0, 3);
      await untilConverged(larder, server, 0);
      await untilReported('body_syntax fetchMessages');
    });

    const refusal = () => {
      throw Object.assign(new Error('not now'), { status: 503 });
    };
    for (const cut of [0.1, 0.5, 0.9, 0.999]) {
      it(`cut after ${cut * 100} %: nothing of it is stored`, async () => {
        spoilNext((answer) => {
          const text = JSON.stringify(answer);
          server.refuse = refusal; // the next try would be through soon
          return text.slice(0, Math.floor(text.length * cut));
        });
        server.post(0, 20);
        await until(() => larders.errors.length > 0);
        expect(namesOf(larders.errors)[0]).to.equal('body_syntax fetchMessages');
        expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
        server.refuse = null;
        await larder.chat(chatId).sync();
        await untilConverged(larder, server, 0);
      });
    }

    it('the list with HTML: refused, and asked for again', async () => {
      let times = 0;
      server.tamperList = (answer) => ((times += 1) === 1 ? '<html></html>' : answer);
      expect(await rejection(larder.sync())).to.include({ code: 'body_syntax' });
      await until(() => larders.errors.length === 1);
      expect(namesOf(larders.errors)).to.deep.equal(['body_syntax fetchChats']);
      server.addChat(2, 1);
      await until(async () => (await larder.chats()).length === 3);
    });
  });

  describe('and the list', () => {
    it('with more, but without a new cursor: asked once, and said', async () => {
      server.tamperList = (answer, { cursor }) => ({ ...answer, cursor: cursor ?? 'c', hasMore: true });
      await larder.sync();
      server.asked.length = 0;
      await larder.sync();
      expect(server.askedFor('fetchChats')).to.have.lengthOf(1);
      await until(() => larders.errors.length > 0);
      expect(namesOf(larders.errors)[0]).to.equal('cursor_repeated cursor');
      server.tamperList = null;
      server.post(0, 1);
      await untilConverged(larder, server, 0);
    });

    it('without a cursor at all: asked once', async () => {
      server.tamperList = ({ chats }) => ({ chats, hasMore: true });
      server.asked.length = 0;
      await larder.sync();
      expect(server.askedFor('fetchChats').length).to.be.at.most(2);
    });

    it('with a lastSequence that the pages never reach: asking ends', async () => {
      server.tamperList = (answer) => ({
        ...answer,
        chats: answer.chats.map((chat) => ({ ...chat, lastSequence: 900 })),
      });
      server.post(0, 1);
      await until(async () => (await sequencesOf(larder, 0)).includes(31));
      expect(await untilQuiet()).to.be.at.most(4);
    });
  });

  describe('and revisions', () => {
    it('a reset that nobody asked for: once more, then said and left', async () => {
      server.tamper = (answer) => ({ ...answer, messages: [], covers: null, resetRequired: true });
      server.post(0, 1);
      await until(() => server.askedOf(0).length >= 2);
      await until(() => larders.errors.length > 0);
      expect(await untilQuiet()).to.be.at.most(4);
      expect(namesOf(larders.errors)[0]).to.equal('covers_mismatch covers');
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
      server.tamper = null;
      await larder.chat(chatId).sync();
      await untilConverged(larder, server, 0);
    });

    it('none at all: everything is found all the same', async () => {
      server.tamper = ({ revision, ...answer }) => (void revision, answer);
      server.post(0, 3);
      await until(async () => (await sequencesOf(larder, 0)).includes(33));
      const second = await larders.open({ userId: freshUser(), transport: server });
      await second.chat(chatId).sync();
      expect(await sequencesOf(second, 0)).to.deep.equal(range(1, 33));
      server.post(0, 2);
      await until(async () => (await sequencesOf(second, 0)).includes(35));
    });

    it('always another one: asking ends', async () => {
      let n = 0;
      server.tamper = (answer) => ({ ...answer, revision: `r${(n += 1)}` });
      server.post(0, 1);
      await until(async () => (await sequencesOf(larder, 0)).includes(31));
      expect(await untilQuiet()).to.be.at.most(5);
    });
  });
});
