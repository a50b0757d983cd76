/** Reading blocks: pages of any size across them, beside rows, with some damaged or impossible to read. */
import { expect } from 'chai';
import type { Larder, MessagePage } from 'chatlarder';
import { putRows, type Block } from './support/database.js';
import { makeMessage, uuid } from './support/fake-server.js';
import { range, sequencesOf } from './support/history.js';
import { Larders, until } from './support/larder.js';
import { oldRow } from './support/old-database.js';
import { blockOf, blocksOfSizes, dataOf, plant, stretch } from './support/planted.js';

const chatId = uuid(1, 0);

/** Fails or leaves out what an engine has, until the spec is over. */
class Patches {
  readonly #undo: (() => void)[] = [];

  replace(owner: object, name: string, make: (original: unknown) => unknown): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    if (!before) return;
    const value = make(before.value);
    if (value === undefined) delete (owner as Record<string, unknown>)[name];
    else Object.defineProperty(owner, name, { ...before, value });
    this.#undo.push(() => Object.defineProperty(owner, name, before));
  }

  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}

/** As if some values of a store could not be read: requests for them fail, those for many at once too. */
function makeUnreadable(patches: Patches, store: string, isBad: (key: IDBValidKey) => boolean): void {
  const fail = (original: unknown, strikes: (source: IDBObjectStore | IDBIndex, key: unknown) => boolean) =>
    function (this: IDBObjectStore | IDBIndex, key: unknown, ...rest: unknown[]): unknown {
      const request = (original as (...args: unknown[]) => IDBRequest).call(this, key, ...rest);
      return strikes(this, key) ? failing(request) : request;
    };
  const nameOf = (source: IDBObjectStore | IDBIndex) =>
    ('objectStore' in source ? source.objectStore : source).name;
  for (const { prototype } of [IDBObjectStore, IDBIndex]) {
    for (const method of ['getAll', 'getAllRecords']) {
      patches.replace(prototype, method, (original) => fail(original, (source) => nameOf(source) === store));
    }
  }
  patches.replace(IDBObjectStore.prototype, 'get', (original) =>
    fail(original, (source, key) => nameOf(source) === store && isBad(key as IDBValidKey)),
  );
}

/** A request that fails when the real one succeeds. */
function failing(real: IDBRequest): object {
  const request = {
    onerror: null as ((event: object) => void) | null,
    error: new DOMException('', 'DataError'),
  };
  real.onsuccess = () => request.onerror!({ preventDefault: () => {} });
  return request;
}

/** What pages told their workers of damage. */
class Told {
  readonly damaged: object[] = [];
  readonly #original = globalThis.Worker;

  install(): void {
    const { damaged } = this;
    globalThis.Worker = class extends this.#original {
      override postMessage(message: { event?: { header: { type: string } } }, ...rest: unknown[]): void {
        if (message.event?.header.type === 'damaged') damaged.push(message.event.header);
        super.postMessage(message, ...(rest as []));
      }
    };
  }

  restore(): void {
    globalThis.Worker = this.#original;
    this.damaged.length = 0;
  }
}

describe('reads of blocks', () => {
  const larders = new Larders();
  const patches = new Patches();
  const told = new Told();
  beforeEach(() => told.install());
  afterEach(async () => {
    patches.restore();
    told.restore();
    await larders.destroyAll();
  });

  function withoutReverseReads(): void {
    for (const owner of [IDBObjectStore.prototype, IDBIndex.prototype]) {
      patches.replace(owner, 'getAllRecords', () => undefined);
    }
  }

  const ways: [string, () => void][] = [
    ['as the engine can', () => {}],
    ['without getAllRecords', withoutReverseReads],
  ];
  for (const [way, prepare] of ways) {
    describe(way, () => {
      beforeEach(prepare);

      it('pages begin and end anywhere in blocks of any size', async () => {
        const larder = await plant(larders, { blocks: blocksOfSizes(0, [64, 3, 64, 10, 1, 64, 5]) });
        for (const limit of [1, 5, 6, 50, 69, 70, 211, 500]) {
          for (const before of [undefined, 212, 211, 207, 206, 143, 142, 65, 2, 1]) {
            const last = Math.min(211, (before ?? 212) - 1);
            const options = before === undefined ? { limit } : { limit, before };
            const { messages } = await larder.chat(chatId).messages(options);
            const expected = range(Math.max(1, last - limit + 1), last);
            expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(expected);
          }
        }
        expect(told.damaged).to.deep.equal([]);
      });

      it('a page is what was stored, field by field', async () => {
        const larder = await plant(larders, { blocks: blocksOfSizes(0, [20]) });
        const { messages } = await larder.chat(chatId).messages();
        expect(messages).to.deep.equal(stretch(0, 1, 20).map(oldRow));
      });

      it('wide holes between blocks cost nothing', async () => {
        const far = [2 ** 40, 2 ** 40 + 3].map((sequence) => makeMessage(0, sequence));
        const larder = await plant(larders, { blocks: [...blocksOfSizes(0, [3]), blockOf(far)] });
        expect(await sequencesOf(larder, 0)).to.deep.equal([1, 2, 3, 2 ** 40, 2 ** 40 + 3]);
        expect(await sequencesOf(larder, 0, 3)).to.deep.equal([3, 2 ** 40, 2 ** 40 + 3]);
        const { messages } = await larder.chat(chatId).messages({ before: 2 ** 40 + 3, limit: 2 });
        expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal([3, 2 ** 40]);
      });

      it('rows lie below, between and above blocks', async () => {
        const rows = [...range(1, 30), ...range(61, 90), ...range(121, 130)];
        const blocks = [blockOf(stretch(0, 31, 60)), blockOf(stretch(0, 91, 120))];
        const larder = await plant(larders, {
          blocks,
          rows: rows.map((sequence) => oldRow(makeMessage(0, sequence))),
          meta: { lastSyncedSequence: 130 },
        });
        for (const limit of [1, 10, 11, 40, 50, 70, 99, 100, 130, 200]) {
          expect(await sequencesOf(larder, 0, limit)).to.deep.equal(range(Math.max(1, 131 - limit), 130));
        }
      });

      it('a row wins over the message with its number, and over that with its id', async () => {
        const sameNumber = { ...makeMessage(0, 5), id: uuid(99, 5), content: 'row with number 5' };
        const sameId = { ...makeMessage(0, 8), sequenceNumber: 30, content: 'row with the id of 8' };
        const both = { ...makeMessage(0, 12), content: 'row that is message 12' };
        const rows = [sameNumber, sameId, both].map(oldRow);
        const larder = await plant(larders, { blocks: blocksOfSizes(0, [10, 10]), rows });
        const { messages } = await larder.chat(chatId).messages();
        const expected = [...range(1, 20).filter((n) => n !== 8), 30];
        expect(messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(expected);
        const from = (sequence: number) => messages.find(({ sequenceNumber: n }) => n === sequence)!.content;
        expect([from(5), from(12), from(30)]).to.deep.equal(
          rows.map(({ content }) => content).sort(byNumber),
        );
        // What rows hide doesn't make a page short.
        expect(await sequencesOf(larder, 0, 19)).to.deep.equal(expected.slice(1));
        expect(await sequencesOf(larder, 0, 18)).to.deep.equal(expected.slice(2));
      });

      it('unsent messages come last', async () => {
        // A position that doesn't tell of rows, as long as no core has written it.
        const meta = { unsealed: undefined };
        const larder = await plant(larders, { blocks: blocksOfSizes(0, [64, 10]), meta });
        const unsent = [2 ** 52 + 2, 2 ** 52 + 1].map((sequenceNumber) => ({
          ...makeMessage(0, 1),
          ...{ id: `temp-${sequenceNumber}`, sequenceNumber, status: 'pending' },
        }));
        await putRows(larder.databaseName, 'messages', unsent);
        expect(await sequencesOf(larder, 0, 4)).to.deep.equal([73, 74, 2 ** 52 + 1, 2 ** 52 + 2]);
      });

      it('a chat keeps to its own blocks', async () => {
        const blocks = [0, 1, 2].flatMap((chat) => blocksOfSizes(chat, [64, 64]));
        const larder = await plant(larders, { blocks });
        const { messages } = await larder.chat(uuid(1, 1)).messages({ limit: 1000 });
        expect(messages.map(({ id }) => id)).to.deep.equal(stretch(1, 1, 128).map(({ id }) => id));
      });

      it('blocks that can not be read cost themselves, and are told of once', async () => {
        const larder = await plant(larders, { blocks: blocksOfSizes(0, [20, 20, 20, 20]) });
        makeUnreadable(patches, 'message_blocks', (key) => (key as [string, number])[1] === 41);
        for (const limit of [100, 30, 100]) {
          const sequences = await sequencesOf(larder, 0, limit);
          expect(sequences).to.deep.equal([...range(1, 40), ...range(61, 80)].slice(-limit));
        }
        const header = { type: 'damaged', requestId: chatId, firstSequence: 41, lastSequence: 60 };
        await until(() => told.damaged.length > 0);
        expect(told.damaged).to.deep.equal([header]);
      });

      it('rows that can not be read cost themselves', async () => {
        const rows = stretch(0, 21, 40).map(oldRow);
        const meta = { lastSyncedSequence: 40 };
        const larder = await plant(larders, { blocks: blocksOfSizes(0, [20]), rows, meta });
        makeUnreadable(patches, 'messages', (key) => key === makeMessage(0, 33).id);
        const expected = range(1, 40).filter((n) => n !== 33);
        expect(await sequencesOf(larder, 0)).to.deep.equal(expected);
        expect(await sequencesOf(larder, 0, 10)).to.deep.equal(expected.slice(-10));
        expect(await sequencesOf(larder, 0, 25)).to.deep.equal(expected.slice(-25));
      });
    });
  }

  function byNumber(a: unknown, b: unknown): number {
    const order = ['row with number 5', 'row that is message 12', 'row with the id of 8'];
    return order.indexOf(a as string) - order.indexOf(b as string);
  }

  describe('that are damaged', () => {
    const records = stretch(0, 21, 40).map(oldRow);
    const kinds: [string, Partial<Record<keyof Block, unknown>>][] = [
      ['bad JSON', { data: dataOf('[{"id":') }],
      ['no data', { data: undefined }],
      ['data of another kind', { data: 'text' }],
      ['no list', { data: dataOf('{"length":20}') }],
      ['null', { data: dataOf('null') }],
      ['an empty list', { data: dataOf('[]'), count: 0 }],
      ['too few messages', { data: dataOf(records.slice(1)) }],
      ['no messages', { data: dataOf(records.map(() => null)) }],
      ['messages out of order', { data: dataOf([...records].reverse()) }],
      ['messages twice', { data: dataOf([...records.slice(0, 19), records[18]]) }],
      ['numbers that are none', { data: dataOf(records.map((each) => ({ ...each, sequenceNumber: 'x' }))) }],
      ['another range', { lastSequence: 42 }],
    ];
    for (const [name, fields] of kinds) {
      it(`by ${name} are left out, shown as a hole, and told of once`, async () => {
        const sound = [blockOf(stretch(0, 1, 20)), blockOf(stretch(0, 43, 60))];
        const larder = await plant(larders, { blocks: [...sound, blockOf(stretch(0, 21, 40), fields)] });
        const pages = [await read(larder, 100), await read(larder, 30), await read(larder, 50, 43)];
        const shown = pages.map(({ messages }) => messages.map(({ sequenceNumber }) => sequenceNumber));
        const all = [...range(1, 20), ...range(43, 60)];
        expect(shown).to.deep.equal([all, all.slice(-30), range(1, 20)]);
        const last = (fields.lastSequence as number | undefined) ?? 40;
        for (const { gaps } of pages) {
          expect(gaps.map(({ startSeq, endSeq }) => [startSeq, endSeq])).to.deep.equal([[21, last]]);
        }
        const header = { type: 'damaged', requestId: chatId, firstSequence: 21, lastSequence: last };
        await until(() => told.damaged.length > 0);
        await read(larder, 100);
        expect(told.damaged).to.deep.equal([header]);
        await until(async () => (await stored(larder)).knownGaps.length > 0);
        expect((await stored(larder)).knownGaps[0]).to.include({ startSeq: 21, endSeq: last, stale: true });
        expect(await sequencesOf(larder, 0)).to.deep.equal(all);
      });
    }

    function read(larder: Larder, limit: number, before?: number): Promise<MessagePage> {
      return larder.chat(chatId).messages(before === undefined ? { limit } : { limit, before });
    }

    async function stored(larder: Larder): Promise<{ knownGaps: object[] }> {
      return (await larder.chats()).find(({ requestId }) => requestId === chatId)!;
    }
  });
});
