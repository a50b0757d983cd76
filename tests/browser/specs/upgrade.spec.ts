/** Databases of older versions become version 4 with every row kept, and converge on the server. */
import { expect } from 'chai';
import {
  changeRow,
  putRows,
  rowsOf,
  shapeOf,
  storedMessages,
  versionOf,
  type StoreShape,
} from './support/database.js';
import { editedAt, FakeServer, makeMessage, uuid } from './support/fake-server.js';
import { historyOf, range, sequencesOf, untilConverged } from './support/history.js';
import { freshUser, Larders, until } from './support/larder.js';
import { oldHistory, oldMeta, oldRow, tickets, writeOldDatabase } from './support/old-database.js';

function nameOf(userId: string): string {
  return `support-center-${userId}-cache`;
}

const plain = (keyPath: string) => ({ keyPath, unique: false, multiEntry: false });

/** The six stores of spec/1, as they are written there, and that of blocks. */
const STORES: Record<string, StoreShape> = {
  messages: {
    keyPath: 'id',
    indexes: {
      by_request: plain('requestId'),
      by_request_sequence: {
        keyPath: ['requestId', 'sequenceNumber'],
        unique: true,
        multiEntry: false,
      },
      by_cached_at: plain('_cachedAt'),
    },
  },
  chat_meta: { keyPath: 'requestId', indexes: { by_last_accessed: plain('lastAccessedAt') } },
  media_meta: {
    keyPath: 'id',
    indexes: {
      by_request: plain('requestId'),
      by_last_accessed: plain('lastAccessedAt'),
      by_status: plain('downloadStatus'),
    },
  },
  media_blobs: { keyPath: 'key', indexes: { by_last_accessed: plain('lastAccessedAt') } },
  offline_queue: {
    keyPath: 'id',
    indexes: {
      by_status: plain('status'),
      by_created: plain('createdAt'),
      by_next_retry: plain('nextRetryAt'),
    },
  },
  cache_stats: { keyPath: 'key', indexes: {} },
  message_blocks: { keyPath: ['requestId', 'firstSequence'], indexes: {} },
};

describe('upgrade', () => {
  const larders = new Larders();
  let userId: string;
  let name: string;

  beforeEach(() => {
    userId = freshUser();
    name = nameOf(userId);
  });
  afterEach(() => larders.destroyAll());

  /** A server that can't be reached, so that nothing but the upgrade happens. */
  function silent(): FakeServer {
    const server = new FakeServer(1, 30);
    server.down = true;
    return server;
  }

  it('a fresh database has the stores of spec/1 and blocks', async () => {
    await larders.open({ userId, transport: silent() });
    expect(await shapeOf(name)).to.deep.equal(STORES);
    expect(await versionOf(name)).to.equal(4);
  });

  for (const version of [1, 2] as const) {
    describe(`from version ${version}`, () => {
      it('has the stores and indexes of a fresh one', async () => {
        await writeOldDatabase(name, version);
        await larders.open({ userId, transport: silent() });
        const { tickets, ticket_meta, ...ours } = await shapeOf(name);
        expect(ours).to.deep.equal(STORES);
        expect(await versionOf(name)).to.equal(4);
        expect([tickets, ticket_meta].filter(Boolean)).to.have.lengthOf(version === 2 ? 2 : 0);
      });

      it('keeps every row as it was and shows it at once', async () => {
        const history = oldHistory(0, 30);
        await writeOldDatabase(name, version, history);
        const larder = await larders.open({ userId, transport: silent() });
        const page = await larder.chat(uuid(1, 0)).messages({ limit: 100 });
        expect(page.messages).to.deep.equal(history);
        await until(() => larder.connection === 'offline');
        expect(await storedMessages(name)).to.deep.equal(history);
        const [meta] = await rowsOf(name, 'chat_meta');
        expect(meta).to.include({ requestId: uuid(1, 0), lastSyncedSequence: 30, messageCount: 30 });
      });

      it('asks for what is cached again, without hiding it', async () => {
        await writeOldDatabase(name, version);
        const larder = await larders.open({ userId, transport: silent() });
        await until(async () => (await rowsOf(name, 'chat_meta'))[0]!['serverRevision'] === null);
        const [meta] = await rowsOf(name, 'chat_meta');
        expect(meta!['knownGaps']).to.have.lengthOf(1);
        expect((meta!['knownGaps'] as object[])[0]).to.include({ startSeq: 1, endSeq: 30, stale: true });
        expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
      });
    });
  }

  it("leaves the app's own stores as they are", async () => {
    await writeOldDatabase(name, 2);
    const before = { tickets: (await shapeOf(name))['tickets'], meta: await rowsOf(name, 'ticket_meta') };
    const larder = await larders.open({ userId, transport: new FakeServer(1, 30) });
    await larder.sync();
    expect((await shapeOf(name))['tickets']).to.deep.equal(before.tickets);
    expect(await rowsOf(name, 'tickets')).to.deep.equal(tickets);
    expect(await rowsOf(name, 'ticket_meta')).to.deep.equal(before.meta);
    expect(before.meta).to.deep.equal([{ cursor: 'abc' }]);
  });

  it('converges on a server that went on: new, edited, deleted, and never seen', async () => {
    const history = oldHistory(0, 130).filter((_, i) => i !== 49);
    await writeOldDatabase(name, 1, history, [
      oldMeta(0, { lastSyncedSequence: 130, messageCount: 129, lastSyncedAt: Date.now() }),
    ]);
    const server = new FakeServer(1, 130);
    server.edit(0, 20, { content: 'edited', updatedAt: editedAt(20, 500) });
    server.edit(0, 110, { content: 'edited too', updatedAt: editedAt(110, 500) });
    for (const gone of [10, 60, 129, 130]) server.remove(0, gone);
    server.post(0, 7);
    const larder = await larders.open({ userId, transport: server });
    const counts: number[] = [];
    const stop = larder.chat(uuid(1, 0)).watch({ limit: 50 }, ({ messages }) => counts.push(messages.length));
    await larder.sync();
    await untilConverged(larder, server, 0);
    stop();
    expect(Math.min(...counts)).to.equal(50);
    expect(larders.errors).to.deep.equal([]);
    expect((await historyOf(larder, 0)).map(({ id }) => id)).to.include(makeMessage(0, 50).id);
    const [meta] = await rowsOf(name, 'chat_meta');
    expect(meta).to.include({ messageCount: 133, lastSyncedSequence: 137 });
  });

  it('shows and converges a chat that has rows but no position', async () => {
    await writeOldDatabase(name, 1, oldHistory(0, 30), []);
    const server = new FakeServer(1, 30);
    server.remove(0, 3);
    server.down = true;
    const larder = await larders.open({ userId, transport: server });
    expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 30));
    await until(async () => (await rowsOf(name, 'chat_meta')).length === 1);
    expect((await rowsOf(name, 'chat_meta'))[0]).to.include({ messageCount: 30, lastSyncedSequence: 30 });
    server.down = false;
    await larder.chat(uuid(1, 0)).sync();
    await untilConverged(larder, server, 0);
  });

  it('does not believe a position that its rows contradict', async () => {
    const positions = { lastSyncedSequence: 500, messageCount: 7, knownGaps: [{ startSeq: 9, endSeq: 3 }] };
    await writeOldDatabase(name, 1, oldHistory(0, 30), [oldMeta(0, positions)]);
    const server = new FakeServer(1, 30);
    const larder = await larders.open({ userId, transport: server });
    await larder.chat(uuid(1, 0)).sync();
    await until(async () => (await sequencesOf(larder, 0)).length === 30);
    expect(await historyOf(larder, 0)).to.deep.equal(server.chats.get(0)!.messages);
    const { chat } = await larder.chat(uuid(1, 0)).messages();
    expect(chat!.messageCount).to.equal(30);
  });

  it('opens a database whose rows are not what they should be', async () => {
    const rows = [
      ...oldHistory(0, 3),
      { id: 'no-uuid', requestId: uuid(1, 0), sequenceNumber: 9, content: 5 },
      { id: uuid(5, 1) },
      { ...oldRow(makeMessage(0, 4)), requestId: 'not-a-chat' },
    ];
    const meta = [
      oldMeta(0, { lastSyncedSequence: 'three' }),
      { requestId: 'not-a-chat', lastAccessedAt: 1 },
    ];
    await writeOldDatabase(name, 1, rows, meta);
    const server = new FakeServer(1, 5);
    const larder = await larders.open({ userId, transport: server });
    expect(await sequencesOf(larder, 0)).to.deep.equal([1, 2, 3, 9]);
    await larder.chat(uuid(1, 0)).sync();
    expect((await historyOf(larder, 0)).slice(0, 5)).to.deep.equal(server.chats.get(0)!.messages);
    await until(() => larders.withCode('field_type').length > 0);
    expect(larders.withCode('field_type')[0]!.path).to.equal('chat_meta[0].lastSyncedSequence');
  });

  it('keeps what was written by this version when it is opened again', async () => {
    const server = new FakeServer(1, 30);
    const first = await larders.open({ userId, transport: server });
    await first.chat(uuid(1, 0)).sync();
    await first.close();
    await changeRow(name, 'chat_meta', uuid(1, 0), { madeUpByALaterVersion: { kept: [1, '"\n'] } });
    await putRows(name, 'media_meta', [{ id: 'm', requestId: uuid(1, 0), lastAccessedAt: 1 }]);
    const second = await larders.open({ userId, transport: server });
    server.post(0, 1);
    await until(async () => (await sequencesOf(second, 0)).length === 31);
    await second.close();
    const [meta] = await rowsOf(name, 'chat_meta');
    expect(meta).to.deep.include({ madeUpByALaterVersion: { kept: [1, '"\n'] }, lastSyncedSequence: 31 });
    expect(await rowsOf(name, 'media_meta')).to.have.lengthOf(1);
    expect(server.askedOf(0)).to.have.lengthOf(2);
  });
});
