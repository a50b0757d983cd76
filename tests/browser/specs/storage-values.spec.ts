/** One value that the browser can't read, among many: it costs itself, and nobody is refused anything. */
import { expect } from 'chai';
import type { Larder } from 'chatlarder';
import { rowsOf } from './support/database.js';
import { uuid } from './support/fake-server.js';
import { FaultShim, type Unreadable } from './support/fault-shim.js';
import { range, sequencesOf, untilConverged } from './support/history.js';
import { freshUser, Larders, until } from './support/larder.js';
import { MediaServer } from './support/media-server.js';
import { goOffline, goOnline, sentTo, untilDrained } from './support/outbox.js';
import { ShimmedWorkers } from './support/shimmed-workers.js';

const chatId = uuid(1, 0);
const FILE = 'picture.png';

describe('storage values that can not be read', () => {
  const larders = new Larders();
  const workers = new ShimmedWorkers();
  let server: MediaServer;
  let userId: string;
  let pageShim: FaultShim | null = null;

  beforeEach(async () => {
    userId = freshUser();
    server = new MediaServer(3, 45);
    await server.put(0, FILE, new Uint8Array(2000).fill(7));
  });
  afterEach(async () => {
    pageShim?.restore();
    workers.restore();
    workers.close();
    goOnline();
    // WebKit at times never closes a connection of which a request has failed.
    await larders.destroyAll({ ended: true });
  });

  /** A database with everything in it. */
  async function fill(): Promise<Larder> {
    const larder = await larders.open({ userId, transport: server });
    await larder.sync();
    for (const chat of [0, 1, 2]) {
      await larder.chat(uuid(1, chat)).sync();
      await untilConverged(larder, server, chat);
    }
    await larder.media.get(chatId, FILE);
    return larder;
  }

  /** Opens it again, where the page and the worker, or one of them, can't read some values. */
  async function reopen(unreadable: Unreadable[], where = { page: true, worker: true }): Promise<Larder> {
    await larders.closeAll();
    if (where.page) pageShim = new FaultShim({ unreadable }).install();
    if (where.worker) workers.install({ unreadable });
    return larders.open({ userId, transport: server });
  }

  /** Whatever was told of, by code and path. */
  function told(): string[] {
    return larders.withCode('unreadable').map(({ path }) => path!);
  }

  it('of a chat: it is listed without it, told of, shown as it is, and fetched again', async () => {
    await fill();
    const larder = await reopen([{ store: 'chat_meta', keys: [chatId] }]);
    expect((await larder.chats()).map(({ requestId }) => requestId)).to.deep.equal([uuid(1, 2), uuid(1, 1)]);
    await until(() => told().length > 0);
    expect(told()).to.deep.equal([`chat_meta ${chatId}`]);
    expect(await sequencesOf(larder, 1)).to.deep.equal(range(1, 45));
    server.post(0, 3);
    await larder.sync();
    await larder.chat(chatId).sync();
    pageShim!.restore();
    workers.restore();
    await until(async () => (await rowsOf(larder.databaseName, 'chat_meta')).length === 3);
    await untilConverged(larder, server, 0);
    expect((await larder.chats()).map(({ title }) => title)).to.include('Chat 0');
    await until(async () => !(await larder.verify()).problems.length);
  });

  it('of the outbox: it is told of and left as it is, and the others are sent', async () => {
    const filled = await fill();
    await goOffline(filled);
    const [lost] = [
      await filled.chat(chatId).send({ content: 'lost' }),
      await filled.chat(chatId).send({ content: 'kept' }),
    ];
    const larder = await reopen([{ store: 'offline_queue', keys: [lost.id] }]);
    goOnline();
    await until(() => sentTo(server, 0).length > 0);
    await until(async () => !(await larder.outbox.list()).length);
    expect(sentTo(server, 0)).to.deep.equal(['kept']);
    expect(told()).to.deep.equal([`offline_queue ${lost.id}`]);
    expect((await larder.verify()).problems[0]).to.include({
      code: 'unreadable',
      path: 'offline_queue',
      id: lost.id,
    });
    pageShim!.restore();
    expect((await rowsOf(larder.databaseName, 'offline_queue')).map(({ id }) => id)).to.deep.equal([lost.id]);
    workers.restore();
    await larders.closeAll();
    const sound = await larders.open({ userId, transport: server });
    await untilDrained(sound);
    expect(sentTo(server, 0)).to.deep.equal(['kept', 'lost']);
  });

  it('of a file: it is fetched again', async () => {
    await fill();
    const larder = await reopen([{ store: 'media_meta', keys: [`${chatId}:${FILE}`] }]);
    const asked = server.downloads().length;
    expect((await larder.media.get(chatId, FILE)).size).to.equal(2000);
    expect(server.downloads()).to.have.lengthOf(asked + 1);
    expect(await larder.media.list()).to.deep.equal([]);
    expect((await larder.stats()).chatCount).to.equal(3);
    expect(told()).to.deep.equal([`media_meta ${chatId}:${FILE}`]);
  });

  it('of the position in the chat list: the list is fetched again', async () => {
    await fill();
    const asked = server.askedFor('fetchChats').length;
    const larder = await reopen([{ store: 'cache_stats', keys: ['sync', 'stats'] }]);
    await larder.sync();
    expect(server.askedFor('fetchChats')[asked]!['cursor'] ?? null).to.equal(null);
    expect(await larder.chats()).to.have.lengthOf(3);
    expect(told()).to.have.members(['cache_stats sync', 'cache_stats stats']);
  });

  it('of a chat’s messages, as the worker meets it: they are fetched again', async () => {
    const filled = await fill();
    const blocks = await rowsOf(filled.databaseName, 'message_blocks');
    const block = blocks.filter(({ requestId }) => requestId === chatId).at(-1)!;
    const key = [chatId, block['firstSequence'] as number];
    const larder = await reopen([{ store: 'message_blocks', keys: [key] }], { page: false, worker: true });
    server.edit(0, block['firstSequence'] as number, { content: 'edited' });
    await larder.chat(chatId).sync();
    await untilConverged(larder, server, 0);
    workers.restore();
    await larder.repair(); // how many bytes were lost nobody can tell
    expect((await larder.verify()).problems).to.deep.equal([]);
  });
});
