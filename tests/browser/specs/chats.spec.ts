/** The main job: chats come from the server once, and from disk ever after. */
import { expect } from 'chai';
import { FakeServer, uuid } from './support/fake-server.js';
import { storedMessages } from './support/database.js';
import { freshUser, Larders, until } from './support/larder.js';

describe('chats', () => {
  const larders = new Larders();
  afterEach(() => larders.destroyAll());

  it('lists, opens and keeps a chat, and shows it without a server', async () => {
    const userId = freshUser();
    const server = new FakeServer(3, 120);
    const first = await larders.open({ userId, transport: server });
    await first.sync();
    const listed = await first.chats();
    expect(listed.map(({ title }) => title)).to.deep.equal(['Chat 2', 'Chat 1', 'Chat 0']);
    expect(listed[0]!.server).to.deep.include({ madeUpByTheServer: { kept: true } });

    const chat = first.chat(uuid(1, 1));
    await chat.sync();
    const page = await chat.messages({ limit: 50 });
    expect(page.messages.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal(
      Array.from({ length: 50 }, (_, i) => 71 + i),
    );
    expect(page.gaps.map(({ startSeq, endSeq }) => [startSeq, endSeq])).to.deep.equal([[1, 70]]);
    expect(page.chat).to.include({ messageCount: 50, totalMessageCount: 120, unreadCount: 3 });
    await first.close();

    server.down = true;
    const second = await larders.open({ userId, transport: server });
    expect(await second.chats()).to.have.lengthOf(3);
    const again = await second.chat(uuid(1, 1)).messages({ limit: 50 });
    expect(again.messages).to.deep.equal(page.messages);
    await until(() => second.connection === 'offline');
  });

  it('scrolls back to the start, page by page', async () => {
    const server = new FakeServer(1, 620);
    const larder = await larders.open({ userId: freshUser(), transport: server });
    const chat = larder.chat(uuid(1, 0));
    await chat.sync();
    let page = await chat.messages({ limit: 100 });
    const seen = page.messages.map(({ sequenceNumber }) => sequenceNumber);
    while (seen[0] !== 1) {
      for (const gap of page.gaps) await chat.fill(gap);
      page = await chat.messages({ limit: 100, before: seen[0]! });
      seen.unshift(...page.messages.map(({ sequenceNumber }) => sequenceNumber));
    }
    expect(seen).to.deep.equal(Array.from({ length: 620 }, (_, i) => 1 + i));
    expect(page.gaps).to.deep.equal([]);
    expect(page.chat).to.include({ messageCount: 620, lastSyncedSequence: 620 });
    expect(server.askedFor('fetchMessages')).to.have.lengthOf(4);
  });

  it('catches up with one delta after a time offline', async () => {
    const server = new FakeServer(2, 80);
    const larder = await larders.open({ userId: freshUser(), transport: server });
    await larder.chat(uuid(1, 0)).sync();
    await larder.sync();
    server.asked.length = 0;
    server.post(0, 5);
    await until(async () => (await larder.chat(uuid(1, 0)).messages({})).chat?.lastSyncedSequence === 85);
    await larder.sync();
    const calls = server.askedFor('fetchMessages');
    expect(calls).to.have.lengthOf(1);
    expect(calls[0]).to.include({ afterSequence: 80, sinceRevision: '1' });
  });

  it('watches a chat: at once from disk, then after every change', async () => {
    const server = new FakeServer(1, 10);
    const larder = await larders.open({ userId: freshUser(), transport: server });
    const counts: number[] = [];
    const stop = larder.chat(uuid(1, 0)).watch({ limit: 50 }, ({ messages }) => counts.push(messages.length));
    await until(() => counts.at(-1) === 10);
    server.post(0, 1);
    await until(() => counts.at(-1) === 11);
    stop();
    expect(counts[0]).to.equal(0);
  });

  it('stores what a record holds, with what the server added, and its own marks', async () => {
    const server = new FakeServer(1, 1);
    server.chats.get(0)!.messages[0]!['extra'] = { from: 'the server', big: 2 ** 63 };
    const larder = await larders.open({ userId: freshUser(), transport: server });
    await larder.chat(uuid(1, 0)).sync();
    const [row] = await storedMessages(larder.databaseName);
    expect(row).to.deep.include({ ...server.chats.get(0)!.messages[0], status: 'sent', _syncVersion: 1 });
    expect(row!['_cachedAt']).to.be.closeTo(Date.now(), 60_000);
  });
});
