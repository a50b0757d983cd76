/** `larder.verify()` finds what is wrong with what is stored, and nothing where nothing is. */
import { expect } from 'chai';
import { blocksOf, putRows, type Block } from './support/database.js';
import { FakeServer, makeMessage, uuid } from './support/fake-server.js';
import { freshUser, Larders, rejection } from './support/larder.js';
import { oldRow } from './support/old-database.js';
import {
  blockOf,
  blocksOfSizes,
  dataOf,
  operationOf,
  plant,
  stretch,
  type Planted,
} from './support/planted.js';

const chatId = uuid(1, 0);

describe('verify', () => {
  const larders = new Larders();
  afterEach(() => larders.destroyAll());

  it('finds nothing wrong with what was synchronised', async () => {
    const server = new FakeServer(3, 130);
    const larder = await larders.open({ userId: freshUser(), transport: server });
    await larder.sync();
    for (const chat of [0, 1]) await larder.chat(uuid(1, chat)).sync();
    await larder.chat(chatId).fill({ startSeq: 1, endSeq: 80, detectedAt: 0 });
    const { blocks, rows, ...report } = await larder.verify();
    expect(report).to.deep.equal({ chats: 3, messages: 180, media: 0, blobs: 0, problems: [] });
    expect(blocks + rows).to.be.greaterThan(3);
  });

  it('finds nothing in an empty database', async () => {
    const larder = await larders.open({ userId: freshUser(), transport: new FakeServer(0, 0) });
    expect(await larder.verify()).to.include({
      chats: 0,
      messages: 0,
      blocks: 0,
      rows: 0,
      media: 0,
      blobs: 0,
    });
  });

  it('counts a row and its copy once, and unsent messages', async () => {
    const unsent = { ...oldRow(makeMessage(0, 1)), id: 'temp-1', sequenceNumber: 2 ** 52 + 1 };
    const rows = [oldRow(makeMessage(0, 7)), unsent];
    const meta = { messageCount: 30, lastSyncedSequence: 30 };
    const operations = [operationOf('temp-1')];
    const larder = await plant(larders, { blocks: blocksOfSizes(0, [20, 10]), rows, operations, meta });
    const { problems, ...counts } = await larder.verify();
    expect(counts).to.deep.equal({ chats: 1, messages: 31, blocks: 2, rows: 2, media: 0, blobs: 0 });
    expect(problems).to.deep.equal([]);
  });

  it('reads what does not fit into one piece', async () => {
    const larder = await plant(larders, {
      blocks: blocksOfSizes(
        0,
        Array.from({ length: 40 }, () => 50),
      ),
      rows: stretch(0, 2001, 3200).map(oldRow),
      meta: { lastSyncedSequence: 3200, messageCount: 3200 },
    });
    const report = await larder.verify();
    expect(report).to.include({ chats: 1, messages: 3200, blocks: 40, rows: 1200 });
    expect(report.problems).to.deep.equal([]);
  });

  it('can be given up', async () => {
    const larder = await plant(larders, { blocks: blocksOfSizes(0, [20]) });
    const abort = new AbortController();
    abort.abort();
    expect((await rejection(larder.verify({ signal: abort.signal }))).code).to.equal('aborted');
  });

  describe('finds', () => {
    const whole = stretch(0, 21, 40);
    const first = blockOf(stretch(0, 1, 20));
    /** The second of two blocks, 21 to 40, with other fields. */
    const second = (fields: Partial<Record<keyof Block, unknown>>): Planted => ({
      blocks: [first, blockOf(whole, fields)],
      meta: { messageCount: 20, lastSyncedSequence: 60 },
    });
    const records = whole.map(oldRow);
    const spoiltText = (): ArrayBuffer => {
      const bytes = new Uint8Array(dataOf(records));
      bytes[bytes.indexOf('m'.charCodeAt(0), 300)] = 0xff;
      return bytes.buffer;
    };
    const at = (firstSequence: number, lastSequence: number) => ({ firstSequence, lastSequence });
    const damage: [string, Planted, object[]][] = [
      ['missing data', second({ data: undefined }), [{ code: 'no_data', ...at(21, 40) }]],
      ['bad JSON', second({ data: dataOf('[{') }), [{ code: 'bad_json', ...at(21, 40) }]],
      ['a wrong count', second({ count: 19 }), [{ code: 'wrong_count', ...at(21, 40) }]],
      [
        'a wrong order',
        second({ data: dataOf([...records].reverse()) }),
        [{ code: 'wrong_order', ...at(21, 40) }],
      ],
      ['a wrong range', second({ lastSequence: 44 }), [{ code: 'wrong_range', ...at(21, 44) }]],
      [
        'a wrong number of bytes',
        { ...second({ bytes: 7 }), meta: { messageCount: 40 } },
        [{ code: 'wrong_bytes', ...at(21, 40), expected: 7, found: dataOf(records).byteLength }],
      ],
      [
        'bytes that are no UTF-8',
        { ...second({ data: spoiltText() }), meta: { messageCount: 40 } },
        [{ code: 'bad_utf8', ...at(21, 40) }],
      ],
      [
        'a message of another chat',
        {
          ...second({}),
          blocks: [
            blockOf([...stretch(0, 1, 19), { ...makeMessage(1, 20), sequenceNumber: 20 }], {
              requestId: chatId,
            }),
          ],
          meta: { messageCount: 20 },
        },
        [{ code: 'wrong_chat', ...at(20, 20), id: makeMessage(1, 20).id }],
      ],
      [
        'too large a block',
        { blocks: [blockOf(stretch(0, 1, 257))] },
        [{ code: 'too_large', ...at(1, 257) }],
      ],
      [
        'blocks that overlap',
        { blocks: [first, blockOf(stretch(0, 20, 40))], meta: { messageCount: 41 } },
        [
          { code: 'overlap', ...at(1, 20) },
          { code: 'sequence_twice', ...at(20, 20), id: makeMessage(0, 20).id },
          { code: 'id_twice', ...at(20, 20), id: makeMessage(0, 20).id },
        ],
      ],
      [
        'one id twice',
        { blocks: [first, blockOf([{ ...makeMessage(0, 21), id: makeMessage(0, 4).id }])] },
        [{ code: 'id_twice', ...at(4, 4), id: makeMessage(0, 4).id }],
      ],
      [
        'a block across a hole',
        { blocks: [first], meta: { knownGaps: [{ startSeq: 5, endSeq: 6, detectedAt: 1 }] } },
        [{ code: 'across_gap', ...at(1, 20) }],
      ],
      [
        'nothing in a block across a range that is only to be fetched again',
        { blocks: [first], meta: { knownGaps: [{ startSeq: 5, endSeq: 6, detectedAt: 1, stale: true }] } },
        [],
      ],
      [
        'a block above the position',
        { blocks: [first], meta: { lastSyncedSequence: 19 } },
        [{ code: 'above_synced', ...at(1, 20) }],
      ],
      ['a block of no chat', { blocks: [first], meta: null }, [{ code: 'unknown_chat', ...at(1, 20) }]],
      [
        'a wrong number of messages',
        {
          blocks: [first],
          rows: [oldRow(makeMessage(0, 21))],
          meta: { messageCount: 22, lastSyncedSequence: 21 },
        },
        [{ code: 'message_count', expected: 22, found: 21 }],
      ],
      [
        'a message that nothing would send',
        {
          blocks: [first],
          rows: [{ ...oldRow(makeMessage(0, 1)), id: 'temp-1', sequenceNumber: 2 ** 52 }],
          meta: { messageCount: 20, lastSyncedSequence: 20 },
        },
        [{ code: 'message_without_operation', id: 'temp-1' }],
      ],
      [
        'an operation that sends what is not shown',
        { blocks: [first], operations: [operationOf('temp-1')] },
        [{ code: 'operation_without_message', id: 'temp-1' }],
      ],
      [
        'nothing in a receipt, nor in what is done',
        {
          blocks: [first],
          operations: [
            operationOf('temp-1', { type: 'mark_read', payload: { messageIds: [], upToSequence: 3 } }),
            operationOf('temp-2', { status: 'completed' }),
          ],
        },
        [],
      ],
    ];
    for (const [name, planted, problems] of damage) {
      it(name, async () => {
        const larder = await plant(larders, planted);
        const found = (await larder.verify()).problems;
        const expected = problems.map((problem) => ({ requestId: chatId, ...problem }));
        expect(found).to.deep.equal(expected);
      });
    }

    it('each of many, and changes nothing', async () => {
      const blocks = [first, blockOf(whole, { count: 3 }), ...blocksOfSizes(1, [5]).map(withoutData)];
      const larder = await plant(larders, { blocks, meta: { messageCount: 20 } });
      const before = await blocksOf(larder.databaseName);
      const codes = (await larder.verify()).problems.map(({ requestId, code }) => [requestId, code]);
      expect(codes).to.deep.equal([
        [chatId, 'wrong_count'],
        [uuid(1, 1), 'unknown_chat'],
        [uuid(1, 1), 'no_data'],
      ]);
      expect(await blocksOf(larder.databaseName)).to.deep.equal(before);
      await putRows(larder.databaseName, 'message_blocks', blocksOfSizes(1, [5]));
      const left = (await larder.verify()).problems.map(({ code }) => code);
      expect(left).to.include('wrong_count').and.not.include('no_data');
    });

    function withoutData(block: Block): Block {
      return { ...block, data: null as unknown as ArrayBuffer };
    }
  });
});
