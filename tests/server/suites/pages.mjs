import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { AGENT } from '../../../web-demo/server/auth.mjs';
import { addChat, upTo } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function pagesSuite(context) {
  // 3, 7 and 8 were never there; 12, the last, and 5 are deleted.
  const present = [1, 2, 4, 6, 9, 10, 11];
  const lastSequence = 12;
  let id = '';

  before(async () => {
    id = await addChat(context.database, 'pages', [1, 2, 4, 5, 6, 9, 10, 11]);
    for (const sequence of [5]) await markDeleted(sequence);
    const { body } = await context.agent.send(id);
    await context.agent.delete(`/chats/${id}/messages/${body.id}`);
  });

  async function markDeleted(/** @type {number} */ sequence) {
    await context.database.query(
      'UPDATE messages SET deleted_at = now() WHERE chat_id = $1 AND sequence = $2',
      [id, sequence],
    );
    await context.database.query('UPDATE chats SET message_count = message_count - 1 WHERE id = $1', [id]);
  }

  /** The rule, word for word. */
  function expected(after = 0, before = Infinity, limit = 50) {
    const inside = present.filter((sequence) => after < sequence && sequence < before);
    const page = inside.slice(-limit);
    const from = inside.length > page.length ? page[0] : after + 1;
    const to = Math.min(before - 1, lastSequence);
    return { sequences: page, covers: from <= to ? { from, to } : null };
  }

  for (const after of [undefined, 0, 1, 2, 5, 10, 11, 12, 13]) {
    test(`every bound and limit with afterSequence ${after}`, async () => {
      for (const before of [undefined, 1, 2, 3, 6, 8, 11, 12, 13, 99]) {
        for (const limit of [undefined, 1, 2, 3, 7]) {
          const query = Object.fromEntries(
            Object.entries({ afterSequence: after, beforeSequence: before, limit }).filter(
              ([, value]) => value !== undefined,
            ),
          );
          const page = await context.agent.messages(id, query);
          const { sequences, covers } = expected(after, before, limit);
          const where = JSON.stringify(query);
          assert.deepEqual(
            page.messages.map((/** @type {any} */ message) => message.sequenceNumber),
            sequences,
            where,
          );
          assert.deepEqual(page.covers, covers, where);
          assert.equal(page.lastSequence, lastSequence);
        }
      }
    });
  }

  test('an answer says everything about the chat', async () => {
    const { messages, ...rest } = await context.agent.messages(id, { limit: 1 });
    assert.match(rest.revision, /^[0-9]+$/);
    assert.deepEqual(rest, {
      requestId: id,
      covers: { from: 11, to: 12 },
      tombstones: [],
      lastSequence: 12,
      revision: rest.revision,
      totalMessageCount: 7,
      unreadCount: 0,
      lastReadSequence: 11,
    });
    const [message] = messages;
    assert.deepEqual(message, {
      id: message.id,
      requestId: id,
      sequenceNumber: 11,
      senderId: message.senderId,
      sender: { id: message.senderId, username: 'ada', fullName: null, isTechnician: false },
      content: 'pages message 11',
      createdAt: '2024-03-01T08:00:11.000Z',
      updatedAt: null,
      isScreenshot: false,
      screenshotFileName: null,
      fileName: null,
      fileSize: null,
      fileMimeType: null,
      isReadByCurrentUser: true,
    });
  });

  test('the default limit is 50, the largest 1000', async () => {
    const long = await addChat(context.database, 'long', upTo(1100));
    const newest = await context.agent.messages(long);
    assert.equal(newest.messages.length, 50);
    assert.deepEqual(newest.covers, { from: 1051, to: 1100 });
    const most = await context.agent.messages(long, { limit: 1000 });
    assert.equal(most.messages.length, 1000);
    assert.deepEqual(most.covers, { from: 101, to: 1100 });
  });

  test('isReadByCurrentUser and clientTempId are the reader’s own', async () => {
    const chat = await addChat(context.database, 'own', [1]);
    const key = crypto.randomUUID();
    await context.agent.send(chat, 'mine', key);
    const [, own] = (await context.agent.messages(chat)).messages;
    const [, theirs] = (await context.customer.messages(chat)).messages;
    assert.deepEqual([own.isReadByCurrentUser, own.clientTempId], [true, key]);
    assert.deepEqual([theirs.isReadByCurrentUser, theirs.clientTempId], [false, undefined]);
    assert.deepEqual(theirs.sender, AGENT);
  });

  test('a chat that isn’t there, or isn’t one’s own, is not found', async () => {
    const alien = await addChat(context.database, 'alien', [1]);
    await context.database.query('DELETE FROM members WHERE chat_id = $1', [alien]);
    for (const requestId of [crypto.randomUUID(), alien]) {
      const answers = [
        await context.agent.get(`/chats/${requestId}/messages`),
        await context.agent.send(requestId),
        await context.agent.post(`/chats/${requestId}/read`, { upToSequence: 1 }),
        await context.agent.patch(`/chats/${requestId}/messages/${crypto.randomUUID()}`, { content: 'x' }),
        await context.agent.delete(`/chats/${requestId}/messages/${crypto.randomUUID()}`),
      ];
      for (const { status, body } of answers) assert.deepEqual([status, body.code], [404, 'chat_not_found']);
    }
  });
}
