/** One bad record costs one record: the rules of spec/1, and what other people's JSON may hold. */
import { expect } from 'chai';
import type { CachedMessage, Larder } from 'chatlarder';
import { storedMessages } from './support/database.js';
import { FakeServer, makeMessage, uuid, type PageAnswer } from './support/fake-server.js';
import { historyOf, range, sequencesOf } from './support/history.js';
import { freshUser, Larders, namesOf, until } from './support/larder.js';

const chatId = uuid(1, 0);
const encoder = new TextEncoder();

/** The page as text, with the record of the middle message written by the spec. */
function withMiddle(answer: PageAnswer, middle: string): string {
  const records = answer.messages.map((message) => JSON.stringify(message));
  records[1] = middle;
  return JSON.stringify({ ...answer, messages: [] }).replace(
    '"messages":[]',
    () => `"messages":[${records.join(',')}]`,
  );
}

/** A record of message 2 with these members added at its end, as text. */
function recordWith(members: string, without: string[] = []): string {
  const message: Record<string, unknown> = makeMessage(0, 2);
  for (const name of without) delete message[name];
  return `${JSON.stringify(message).slice(0, -1)},${members}}`;
}

describe('records', () => {
  const larders = new Larders();
  afterEach(() => larders.destroyAll());

  /** A larder that has synchronised a chat of three messages, the second of which is `middle`. */
  async function receive(middle: string | ((answer: PageAnswer) => object)): Promise<Larder> {
    const server = new FakeServer(1, 3);
    server.tamper = (answer) => (typeof middle === 'string' ? withMiddle(answer, middle) : middle(answer));
    const larder = await larders.open({ userId: freshUser(), transport: server });
    await larder.chat(chatId).sync();
    return larder;
  }

  async function storedMiddle(larder: Larder): Promise<CachedMessage> {
    const { messages } = await larder.chat(chatId).messages();
    expect(namesOf(larders.errors)).to.deep.equal([]);
    expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal([1, 2, 3]);
    return messages[1]!;
  }

  async function expectRefused(larder: Larder, code: string, path: string): Promise<void> {
    await until(() => larders.errors.length > 0);
    expect(namesOf(larders.errors)).to.deep.equal([`${code} ${path}`]);
    expect(larders.errors[0]!.requestId).to.equal(chatId);
    expect(await sequencesOf(larder, 0)).to.deep.equal([1, 3]);
    expect(larder.chat(chatId).state).to.equal('SYNCED');
  }

  describe('the rules of spec/1', () => {
    const over = 'x'.repeat(10_001);
    /** Field, its value (undefined: left out), the code. */
    const rules: [string, unknown, string][] = [
      ['id', undefined, 'field_missing'],
      ['id', null, 'field_type'],
      ['id', 7, 'field_type'],
      ['id', 'message-7', 'field_format'],
      ['id', `${uuid(1, 1)} `, 'field_format'],
      ['requestId', undefined, 'field_missing'],
      ['requestId', 'chat-7', 'field_format'],
      ['requestId', uuid(1, 1), 'request_mismatch'],
      ['sequenceNumber', undefined, 'field_missing'],
      ['sequenceNumber', 0, 'field_range'],
      ['sequenceNumber', -2, 'field_range'],
      ['sequenceNumber', 2 ** 52, 'field_range'],
      ['sequenceNumber', 2 ** 53, 'field_type'],
      ['sequenceNumber', 2.5, 'field_type'],
      ['sequenceNumber', '2', 'field_type'],
      ['sequenceNumber', null, 'field_type'],
      ['content', undefined, 'field_missing'],
      ['content', null, 'field_type'],
      ['content', '', 'field_length'],
      ['content', over, 'field_length'],
      ['content', ['text'], 'field_type'],
      ['status', 'delivered', 'field_enum'],
      ['status', 1, 'field_type'],
      ['createdAt', undefined, 'field_missing'],
      ['createdAt', 'yesterday', 'field_format'],
      ['createdAt', '2026-02-30T00:00:00Z', 'field_format'],
      ['createdAt', 1_767_225_600_000, 'field_type'],
      ['updatedAt', '2026-01-01', 'field_format'],
      ['senderId', 7, 'field_type'],
      ['sender', 'ann', 'field_type'],
      ['sender.id', undefined, 'field_missing'],
      ['sender.username', 7, 'field_type'],
      ['sender.fullName', 'x'.repeat(1025), 'field_length'],
      ['sender.isTechnician', 'yes', 'field_type'],
      ['isScreenshot', 1, 'field_type'],
      ['fileSize', -1, 'field_range'],
      ['fileSize', '1 MB', 'field_type'],
      ['fileName', 7, 'field_type'],
      ['isReadByCurrentUser', null, 'field_type'],
    ];

    it('each costs the record that breaks it, and says where', async () => {
      // A chat for each rule, whose second message breaks it.
      const server = new FakeServer(rules.length, 3);
      server.tamper = (answer) => {
        const [path, value] = rules[parseInt(answer.requestId.slice(-12), 16)]!;
        const [outer, inner] = path.split('.') as [string, string?];
        const message: Record<string, unknown> = answer.messages[1]!;
        const owner = inner ? (message[outer] as Record<string, unknown>) : message;
        if (value === undefined) delete owner[inner ?? outer];
        else owner[inner ?? outer] = value;
        return answer;
      };
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await Promise.all(rules.map((_, i) => larder.chat(uuid(1, i)).sync()));
      await until(() => larders.errors.length >= rules.length);
      const found = new Map(larders.errors.map(({ requestId, code, path }) => [requestId, [code, path]]));
      for (const [i, [path, value, code]] of rules.entries()) {
        const rule = `${path} = ${JSON.stringify(value)?.slice(0, 40)}`;
        expect(found.get(uuid(1, i)), rule).to.deep.equal([code, `messages[1].${path}`]);
        expect(await sequencesOf(larder, i), rule).to.deep.equal([1, 3]);
      }
      expect(larders.errors).to.have.lengthOf(rules.length);
    });

    for (const [name, record] of [
      ['null', 'null'],
      ['a number', '5'],
      ['a text', '"x"'],
      ['a list', '[]'],
    ] as const) {
      it(`${name} is no record`, async () => {
        await expectRefused(await receive(record), 'field_type', 'messages[1]');
      });
    }

    it('reports at most 20 of a page, and stores the rest all the same', async () => {
      const server = new FakeServer(1, 50);
      server.tamper = (answer) => {
        for (const message of answer.messages.slice(0, 30)) message.content = '';
        return answer;
      };
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.chat(chatId).sync();
      await until(() => larders.errors.length > 0);
      expect(larders.errors).to.have.lengthOf(20);
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(31, 50));
    });
  });

  describe('what is optional', () => {
    it('gets its default', async () => {
      const larder = await receive(({ messages, ...answer }) => {
        const { id, requestId, sequenceNumber, content, createdAt } = messages[1]!;
        const bare = { id, requestId, sequenceNumber, content, createdAt };
        return { ...answer, messages: [messages[0], bare, messages[2]] };
      });
      const { _cachedAt, _syncVersion, ...stored } = await storedMiddle(larder);
      void [_cachedAt, _syncVersion];
      const { senderId, sender, ...rest } = makeMessage(0, 2);
      void [senderId, sender];
      expect(stored).to.deep.equal({ ...rest, senderId: null, sender: null, status: 'sent' });
    });

    it("may not pretend to be the package's own", async () => {
      const own = '"_cachedAt":"long ago","_syncVersion":{},"status":"failed"';
      const stored = await storedMiddle(await receive(recordWith(own)));
      expect(stored).to.include({ status: 'sent', _syncVersion: 1 });
      expect(stored._cachedAt).to.be.closeTo(Date.now(), 60_000);
    });
  });

  describe('text', () => {
    const contents: [string, string][] = [
      ['a lone high surrogate', '"a\\ud800b"'],
      ['a lone low surrogate', '"a\\udc00b"'],
      ['surrogates the wrong way round', '"\\udc00\\ud800"'],
      ['\\u0000', '"a\\u0000b"'],
      ['every escape', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00"'],
      ['characters of every length', '"aé€😀"'],
      ['what looks like JSON', '"]},{\\"id\\":null}"'],
      ['10,000 emoji', `"${'😀'.repeat(10_000)}"`],
      ['10,000 emoji, escaped', `"${'\\ud83d\\ude00'.repeat(10_000)}"`],
    ];
    for (const [name, content] of contents) {
      it(`${name} is kept as JSON.parse has it`, async () => {
        const stored = await storedMiddle(await receive(recordWith(`"content":${content}`, ['content'])));
        expect(stored.content).to.equal(JSON.parse(content));
      });
    }

    it('10,001 emoji are too many', async () => {
      const larder = await receive(recordWith(`"content":"${'😀'.repeat(10_001)}"`, ['content']));
      await expectRefused(larder, 'field_length', 'messages[1].content');
    });

    it('a raw control character is no JSON', async () => {
      const larder = await receive(recordWith('"content":"a\u0001b"', ['content']));
      await expectRefused(larder, 'record_syntax', 'messages[1]');
    });
  });

  describe('bytes', () => {
    const bad: [string, number[]][] = [
      ['a byte that UTF-8 does not have', [0xff]],
      ['a continuation without a lead', [0x80]],
      ['a character that is cut short', [0xe2, 0x82]],
      ['an overlong form', [0xc0, 0xaf]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
      ['a character past the last', [0xf4, 0x90, 0x80, 0x80]],
    ];
    for (const [name, bytes] of bad) {
      it(`${name} costs the record`, async () => {
        const larder = await receive((answer) => {
          const text = withMiddle(answer, recordWith('"content":"here: @@"', ['content']));
          const [head, tail] = text.split('@@') as [string, string];
          return new Uint8Array([...encoder.encode(head), ...bytes, ...encoder.encode(tail)]);
        });
        await expectRefused(larder, 'record_utf8', 'messages[1]');
      });
    }

    it('of a view into a larger buffer are read, and nothing else', async () => {
      const larder = await receive((answer) => {
        const whole = encoder.encode(`garbage${JSON.stringify(answer)}garbage`);
        return whole.subarray(7, whole.length - 7);
      });
      expect((await storedMiddle(larder)).content).to.equal('message 2 of chat 0');
    });

    it('of an ArrayBuffer and of a Response are read', async () => {
      const first = await receive((answer) => encoder.encode(JSON.stringify(answer)).buffer);
      await storedMiddle(first);
      const second = await receive((answer) => new Response(JSON.stringify(answer)));
      await storedMiddle(second);
    });
  });

  describe('JSON', () => {
    it('of duplicate keys the last counts', async () => {
      const twice = `"content":"second","id":"${uuid(9, 9)}"`;
      const stored = await storedMiddle(await receive(recordWith(twice)));
      expect(stored).to.include({ content: 'second', id: uuid(9, 9) });
    });

    it('a duplicate key that is wrong costs the record', async () => {
      await expectRefused(await receive(recordWith('"content":7')), 'field_type', 'messages[1].content');
    });

    it('a key may be written with escapes', async () => {
      const stored = await storedMiddle(await receive(recordWith('"c\\u006fntent":"escaped"', ['content'])));
      expect(stored.content).to.equal('escaped');
    });

    it('32 levels are kept, 33 are too deep', async () => {
      const nested = (depth: number) => `"deep":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}`;
      const stored = await storedMiddle(await receive(recordWith(nested(32))));
      expect(JSON.stringify((stored as unknown as { deep: unknown }).deep)).to.have.lengthOf(62);
      await expectRefused(await receive(recordWith(nested(33))), 'record_depth', 'messages[1]');
    });

    it('a hundred thousand levels are too deep as well', async () => {
      const deep = `"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      await expectRefused(await receive(recordWith(deep)), 'record_depth', 'messages[1]');
    });

    for (const broken of ['01', '1.', '+1', 'NaN', 'undefined', "'x'", '1,']) {
      it(`${broken} is no value`, async () => {
        const larder = await receive(recordWith(`"unknown":${broken}`));
        await expectRefused(larder, 'record_syntax', 'messages[1]');
      });
    }

    it('white space may stand anywhere', async () => {
      const spaced = JSON.stringify(makeMessage(0, 2), null, '\t').replaceAll('\n', '\r\n');
      const stored = await storedMiddle(await receive(` ${spaced} \n`));
      expect(stored.content).to.equal('message 2 of chat 0');
    });

    it('fields that nobody knows are kept as JSON.parse has them', async () => {
      const unknown =
        '"n1":12345678901234567890,"n2":9007199254740993,"n3":1e400,"n4":-0,"n5":0.1e-7,"n6":1.0,' +
        '"t":"\\ud800\\u0000","":"no name","\\u0000":"nul","\\ud800":"lone","__proto__":{"x":1},' +
        '"constructor":1,"list":[1,[2,{"a":null}],true,false],"o":{"b":1,"a":2,"10":3,"b":4}';
      const text = recordWith(unknown);
      const stored = (await storedMiddle(await receive(text))) as unknown as Record<string, unknown>;
      const parsed = JSON.parse(text) as Record<string, unknown>;
      for (const [name, value] of Object.entries(parsed)) {
        expect(Object.getOwnPropertyDescriptor(stored, name)?.value, name).to.deep.equal(value);
      }
      expect(Object.is(stored['n4'], -0)).to.equal(true);
      expect(Object.keys(stored).filter((name) => name in parsed)).to.deep.equal(Object.keys(parsed));
      const again = await storedMessages(larders.last.databaseName);
      expect(Object.keys(again.find(({ sequenceNumber: n }) => n === 2)!)).to.include.members([
        '__proto__',
        '\ud800',
      ]);
    });

    it('survive an edit of another field, since the row is what the server sends', async () => {
      const server = new FakeServer(1, 3);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.chat(chatId).sync();
      server.edit(0, 2, { content: 'edited', updatedAt: '2026-03-01T00:00:00Z', extra: [2 ** 60, 'x'] });
      await larder.chat(chatId).sync();
      const stored = await storedMiddle(larder);
      expect(stored).to.deep.include({ content: 'edited', extra: [2 ** 60, 'x'], _syncVersion: 2 });
    });
  });

  describe('a bad record of a message that is here', () => {
    it('leaves the message as it is', async () => {
      const server = new FakeServer(1, 3);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.chat(chatId).sync();
      const before = await historyOf(larder, 0);
      server.tamper = (answer) => withMiddle({ ...answer, messages: before }, recordWith('"content":""'));
      server.forget(0);
      await until(() => larders.withCode('field_length').length > 0);
      await until(async () => (await larder.chat(chatId).messages()).chat!.knownGaps.length === 0);
      expect(await historyOf(larder, 0)).to.deep.equal(before);
    });

    it('nor is anything taken for deleted when it can not be told which message it is', async () => {
      const server = new FakeServer(1, 3);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.chat(chatId).sync();
      const before = await historyOf(larder, 0);
      server.tamper = (answer) => withMiddle({ ...answer, messages: before }, '{"id":?}');
      server.forget(0);
      await until(() => larders.withCode('record_syntax').length > 0);
      await until(async () => (await larder.chat(chatId).messages()).chat!.knownGaps.length === 0);
      expect(await historyOf(larder, 0)).to.deep.equal(before);
    });
  });

  describe('of the chat list', () => {
    it('a bad one costs one chat', async () => {
      const server = new FakeServer(4, 1);
      let times = 0;
      server.tamperList = ({ chats, ...answer }) => {
        if ((times += 1) > 1) return { ...answer, chats };
        const [first, second, third, fourth] = chats;
        return {
          ...answer,
          chats: [first, { ...second, lastSequence: -1 }, { ...third, requestId: 'x' }, 7, fourth],
        };
      };
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.sync();
      await until(() => larders.errors.length === 3);
      expect(namesOf(larders.errors)).to.deep.equal([
        'field_range chats[1].lastSequence',
        'field_format chats[2].requestId',
        'field_type chats[3]',
      ]);
      const listed = (await larder.chats()).map(({ title }) => title);
      expect(listed).to.deep.equal(['Chat 3', 'Chat 0']);
    });
  });

  describe('tombstones', () => {
    it('a bad one costs one deletion', async () => {
      const server = new FakeServer(1, 5);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.chat(chatId).sync();
      server.tamper = (answer) => ({
        ...answer,
        tombstones: [{ id: 'x', sequenceNumber: 1 }, null, ...answer.tombstones],
      });
      server.remove(0, 2);
      await until(async () => (await sequencesOf(larder, 0)).length === 4);
      expect(await sequencesOf(larder, 0)).to.deep.equal([1, 3, 4, 5]);
      await until(() => larders.errors.length === 2);
      expect(namesOf(larders.errors)).to.deep.equal([
        'field_format tombstones[0].id',
        'field_type tombstones[1]',
      ]);
    });
  });
});
