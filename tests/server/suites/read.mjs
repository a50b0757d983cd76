import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { addChat, upTo } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function readSuite(context) {
  let id = '';

  before(async () => {
    id = await addChat(context.database, 'read', upTo(2));
    for (const text of ['3', '4', '5']) await context.customer.send(id, text);
    await context.agent.send(id, '6');
  });

  const read = async (/** @type {number} */ upToSequence) => {
    const { status, body } = await context.agent.post(`/chats/${id}/read`, { upToSequence });
    assert.equal(status, 200);
    return [body.unreadCount, body.lastReadSequence];
  };

  test('the watermark moves forward only, and never past the last message', async () => {
    assert.deepEqual(await read(0), [3, 2]);
    assert.deepEqual(await read(4), [1, 4]);
    assert.deepEqual(await read(3), [1, 4]);
    assert.deepEqual(await read(Number.MAX_SAFE_INTEGER), [0, 6]);
    assert.deepEqual(await read(6), [0, 6]);
  });

  test('the answer carries the revision, and pages and chats agree with it', async () => {
    await context.customer.send(id, '7');
    const body = { upToSequence: 7, messageIds: [crypto.randomUUID()] };
    const answer = await context.agent.post(`/chats/${id}/read`, body);
    const { revision, unreadCount, lastReadSequence } = await context.agent.messages(id);
    assert.deepEqual(answer.body, { revision, unreadCount, lastReadSequence });
    const { chats } = await context.agent.chats();
    assert.deepEqual([chats[0].unreadCount, chats[0].lastReadSequence, chats[0].revision], [0, 7, revision]);
  });

  test('one user’s reading is not the other’s', async () => {
    const { unreadCount, lastReadSequence } = await context.customer.messages(id);
    assert.deepEqual([unreadCount, lastReadSequence], [1, 2]);
  });

  test('the kept counts are the counted ones after many steps', async () => {
    const chat = await addChat(context.database, 'counting', upTo(3));
    const sent = [];
    for (const step of upTo(40)) {
      const client = step % 3 ? context.customer : context.agent;
      const { body } = await client.send(chat, `step ${step}`);
      sent.push({ client, body });
      if (step % 4 === 0) {
        const [{ client: owner, body: message }] = sent.splice((step * 13) % sent.length, 1);
        await owner.delete(`/chats/${chat}/messages/${message.id}`);
      }
      if (step % 7 === 0) await context.agent.post(`/chats/${chat}/read`, { upToSequence: step - 2 });
    }
    const rows = await context.database.query(
      `SELECT m.unread_count AS kept, c.message_count AS kept_total,
              count(*) FILTER (
                 WHERE s.sequence > m.last_read_sequence AND s.sender_id <> m.user_id
               ) AS counted,
              count(*) AS counted_total
         FROM members m JOIN chats c ON c.id = m.chat_id
         JOIN messages s ON s.chat_id = m.chat_id AND s.deleted_at IS NULL
        WHERE m.chat_id = $1 GROUP BY m.user_id, m.unread_count, c.message_count`,
      [chat],
    );
    assert.equal(rows.length, 2);
    for (const row of rows) assert.deepEqual([row.kept, row.kept_total], [row.counted, row.counted_total]);
  });
}
