import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { addChat, record, upTo } from '../support/records.mjs';
import { CUSTOMER } from '../../../web-demo/server/auth.mjs';
import { encodeCursor } from '../../../web-demo/server/cursor.mjs';

const DAY_MS = 86_400_000;

/** @param {import('../api.test.mjs').Context} context */
export function chatsSuite(context) {
  /** @type {string[]} oldest first */
  const ids = [];

  before(async () => {
    for (const number of upTo(9)) {
      const time = new Date(Date.parse('2024-01-01T00:00:00Z') + number * DAY_MS).toISOString();
      ids.push(await addChat(context.database, `c${number}`, upTo(3), { time }));
    }
  });

  /** Reads on from a cursor until nothing is left. */
  async function readAll(/** @type {any} */ query = {}, between = async () => {}) {
    const pages = [];
    let hasMore = true;
    for (let cursor = query.cursor; hasMore;) {
      const page = await context.agent.chats({ ...query, ...(cursor ? { cursor } : {}) });
      pages.push(page);
      ({ cursor, hasMore } = page);
      await between();
    }
    const chats = pages.flatMap((page) => page.chats);
    return { pages, chats, cursor: pages.at(-1).cursor };
  }

  const idsOf = (/** @type {any[]} */ chats) => chats.map((chat) => chat.requestId);

  test('a chat record has everything, in its types', async () => {
    const { chats } = await context.agent.chats({ limit: 1 });
    const last = record('c9', 3);
    assert.match(chats[0].revision, /^[0-9]+$/);
    assert.deepEqual(chats[0], {
      requestId: ids[8],
      title: 'Chat c9',
      lastSequence: 3,
      revision: chats[0].revision,
      unreadCount: 0,
      lastReadSequence: 3,
      totalMessageCount: 3,
      lastActivityAt: '2024-01-10T00:00:00.000Z',
      lastMessage: {
        id: chats[0].lastMessage.id,
        senderId: chats[0].lastMessage.senderId,
        senderName: last.nick,
        content: last.text,
        createdAt: '2024-01-10T00:00:00.000Z',
      },
    });
  });

  for (const limit of [1, 2, 4, 9, 10, undefined]) {
    test(`the list is complete and newest first in pages of ${limit ?? 'the default size'}`, async () => {
      const { chats, pages } = await readAll(limit ? { limit } : {});
      assert.deepEqual(idsOf(chats), ids.toReversed());
      assert.equal(pages.length, Math.ceil(9 / (limit ?? 100)));
    });
  }

  test('after the list the cursor gives what changed, in the order of change', async () => {
    const { cursor } = await readAll({ limit: 4 });
    assert.deepEqual((await context.agent.chats({ cursor })).chats, []);
    for (const index of [5, 0, 5]) await context.customer.send(ids[index]);
    const changed = await readAll({ cursor, limit: 1 });
    assert.deepEqual(idsOf(changed.chats), [ids[0], ids[5]]);
    assert.deepEqual(
      changed.chats.map((chat) => chat.unreadCount),
      [1, 2],
    );
    assert.equal(changed.chats[1].lastMessage.senderName, CUSTOMER.fullName);
    assert.deepEqual((await context.agent.chats({ cursor: changed.cursor })).chats, []);
  });

  test('edits, deletions and one’s own read state are changes; another’s read state is none', async () => {
    let { cursor } = await readAll();
    const changed = async () => {
      const all = await readAll({ cursor });
      cursor = all.cursor;
      return idsOf(all.chats);
    };
    const { body: message } = await context.customer.send(ids[2]);
    assert.deepEqual(await changed(), [ids[2]]);
    await context.customer.patch(`/chats/${ids[2]}/messages/${message.id}`, { content: 'changed' });
    assert.deepEqual(await changed(), [ids[2]]);
    await context.agent.post(`/chats/${ids[2]}/read`, { upToSequence: 99 });
    assert.deepEqual(await changed(), [ids[2]]);
    await context.customer.post(`/chats/${ids[2]}/read`, { upToSequence: 99 });
    assert.deepEqual(await changed(), []);
    await context.customer.delete(`/chats/${ids[2]}/messages/${message.id}`);
    assert.deepEqual(await changed(), [ids[2]]);
  });

  test('nothing is skipped when chats change while the list is read', async () => {
    // Always the chat that the list would give last moves to its top.
    const moved = new Set();
    const order = (await readAll()).chats.toReversed();
    const { chats } = await readAll({ limit: 2 }, async () => {
      const next = order[moved.size];
      if (moved.size < 4) {
        moved.add(next.requestId);
        await context.customer.send(next.requestId, `moved ${moved.size}`);
      }
    });
    const known = new Map(chats.map((chat) => [chat.requestId, chat]));
    const truth = (await readAll()).chats;
    assert.equal(moved.size, 4);
    assert.deepEqual(
      truth.map((chat) => known.get(chat.requestId)),
      truth,
    );
  });

  test('long content is cut to 200 characters, not in the middle of one', async () => {
    await context.customer.send(ids[1], '🦊'.repeat(300));
    const { chats } = await context.agent.chats({ limit: 1 });
    assert.equal(chats[0].lastMessage.content, '🦊'.repeat(200));
  });

  test('the last message of a chat whose last one was deleted is the one before', async () => {
    const { body: first } = await context.customer.send(ids[3], 'stays');
    const { body: second } = await context.customer.send(ids[3], 'goes');
    await context.customer.delete(`/chats/${ids[3]}/messages/${second.id}`);
    const { chats } = await context.agent.chats({ limit: 1 });
    assert.equal(chats[0].requestId, ids[3]);
    assert.equal(chats[0].lastMessage.id, first.id);
    assert.equal(chats[0].lastSequence, second.sequenceNumber);
    assert.equal(chats[0].lastActivityAt, second.createdAt);
  });

  test('a chat without messages comes last and pages well', async () => {
    const { database } = context;
    for (const id of ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']) {
      await database.query(
        `INSERT INTO chats (id, title, revision, forgotten_revision)
         SELECT $1, 'Empty', epoch, epoch FROM server_state`,
        [id],
      );
      await database.query(
        `WITH state AS (UPDATE server_state SET feed_position = feed_position + 1 RETURNING feed_position)
         INSERT INTO members (chat_id, user_id, feed_position)
         SELECT $1, u.id, state.feed_position FROM state, users u WHERE u.username IN ('agent', 'customer')`,
        [id],
      );
    }
    const { chats } = await readAll({ limit: 1 });
    assert.equal(chats.length, 11);
    assert.deepEqual(
      chats.slice(-2).map((chat) => [chat.lastActivityAt, chat.lastMessage]),
      [
        [null, null],
        [null, null],
      ],
    );
  });

  test('the cursor of another database starts the list again', async () => {
    const foreign = encodeCursor({ kind: 'feed', epoch: 1, position: 1 });
    const ahead = encodeCursor({ kind: 'feed', epoch: await epoch(), position: 1_000_000 });
    for (const cursor of [foreign, ahead]) {
      assert.deepEqual(await context.agent.chats({ cursor }), await context.agent.chats());
    }
  });

  async function epoch() {
    return (await context.database.query('SELECT epoch FROM server_state'))[0].epoch;
  }

  const forged = [
    'nonsense',
    'e30',
    ...[
      { kind: 'feed', epoch: 1 },
      { kind: 'feed', epoch: 1, position: -1 },
      { kind: 'list', epoch: 1, start: 1, activity: 9e15, id: '00000000-0000-4000-8000-000000000001' },
      { kind: 'list', epoch: 1, start: 1, activity: null, id: "'; DROP TABLE chats; --" },
      null,
      [1],
    ].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  ];
  for (const cursor of forged) {
    test(`400 for the cursor ${cursor}`, async () => {
      const answer = await context.agent.get(`/chats?cursor=${encodeURIComponent(cursor)}`);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.code, 'invalid_cursor');
    });
  }
}
