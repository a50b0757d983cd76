import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { CUSTOMER } from '../../../web-demo/server/auth.mjs';
import { addChat, upTo } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function sendingSuite(context) {
  let id = '';

  before(async () => {
    id = await addChat(context.database, 'sending', upTo(2));
  });

  test('a message is stored with the next sequence number and comes back whole', async () => {
    const clientTempId = crypto.randomUUID();
    const body = { content: 'hello', clientTempId, isScreenshot: true, screenshotFileName: 'shot.png' };
    const answer = await context.customer.post(`/chats/${id}/messages`, body);
    assert.equal(answer.status, 201);
    assert.ok(Math.abs(Date.parse(answer.body.createdAt) - Date.now()) < 60_000);
    assert.deepEqual(answer.body, {
      ...body,
      id: answer.body.id,
      requestId: id,
      sequenceNumber: 3,
      senderId: CUSTOMER.id,
      sender: CUSTOMER,
      createdAt: answer.body.createdAt,
      updatedAt: null,
      fileName: null,
      fileSize: null,
      fileMimeType: null,
      isReadByCurrentUser: true,
    });
    const page = await context.customer.messages(id, { limit: 1 });
    assert.deepEqual(page.messages, [answer.body]);
    assert.deepEqual([page.lastSequence, page.totalMessageCount], [3, 3]);
  });

  test('the same key gives the same message, also with other content; no one else’s key counts', async () => {
    const key = crypto.randomUUID().toUpperCase();
    const first = await context.customer.send(id, 'once', key);
    const revision = (await context.customer.messages(id)).revision;
    const second = await context.customer.send(id, 'twice', key);
    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.equal(first.body.clientTempId, key);
    assert.deepEqual(second.body, first.body);
    assert.equal((await context.customer.messages(id)).revision, revision);
    const other = await context.agent.send(id, 'mine', key);
    assert.equal(other.status, 201);
    assert.equal(other.body.sequenceNumber, first.body.sequenceNumber + 1);
  });

  test('a key that was used in another chat is a conflict', async () => {
    const key = crypto.randomUUID();
    const elsewhere = await addChat(context.database, 'elsewhere', [1]);
    await context.customer.send(id, 'here', key);
    const { status, body } = await context.customer.send(elsewhere, 'there', key);
    assert.deepEqual([status, body.code, body.path], [409, 'idempotency_key_reused', 'clientTempId']);
    assert.equal((await context.customer.messages(elsewhere)).lastSequence, 1);
  });

  test('a late retry does not bring a deleted message back', async () => {
    const key = crypto.randomUUID();
    const { body: message } = await context.customer.send(id, 'short life', key);
    await context.customer.delete(`/chats/${id}/messages/${message.id}`);
    const retry = await context.customer.send(id, 'short life', key);
    assert.deepEqual([retry.status, retry.body.code], [410, 'message_deleted']);
    assert.equal((await context.customer.messages(id)).lastSequence, message.sequenceNumber);
  });

  test('the table itself refuses a second message with the same key', async () => {
    const { body: message } = await context.customer.send(id, 'the only one');
    const second = context.database.query(
      `INSERT INTO messages (id, chat_id, sequence, sender_id, content, created_at, client_temp_id)
       SELECT $2, chat_id, sequence + 1000, sender_id, content, created_at, client_temp_id
         FROM messages WHERE id = $1`,
      [message.id, crypto.randomUUID()],
    );
    await assert.rejects(second, { code: '23505', constraint: 'messages_idempotency' });
  });

  test('a message that is too large is not stored, and its key stays free', async () => {
    const key = crypto.randomUUID();
    const { lastSequence } = await context.customer.messages(id);
    const body = { content: 'large', clientTempId: key, attached: 'x'.repeat(200_000) };
    const refused = await context.customer.post(`/chats/${id}/messages`, body);
    assert.deepEqual([refused.status, refused.body.code], [413, 'body_too_large']);
    const sent = await context.customer.send(id, 'small enough', key);
    assert.deepEqual([sent.status, sent.body.sequenceNumber], [201, lastSequence + 1]);
  });

  const exact = {
    'a space': ' ',
    'line breaks, quotes and backslashes': 'a\n"b"\\c\r\n\t\u0001\u2028',
    'SQL and HTML': `'; DROP TABLE messages; -- <script>alert(1)</script> $1`,
    'many scripts': 'Ünïcödé 汉字 العربية \u202eright to left\u202c e\u0301',
    '10,000 characters outside the BMP': '🦊'.repeat(10_000),
    '10,000 characters that JSON escapes': '\u0001'.repeat(10_000),
  };
  for (const [name, content] of Object.entries(exact)) {
    test(`content is kept exactly: ${name}`, async () => {
      const sent = await context.customer.send(id, content);
      assert.equal(sent.status, 201);
      const page = await context.agent.messages(id, { limit: 1 });
      assert.equal(page.messages[0].content, content);
    });
  }

  test('unread counts grow for the others only', async () => {
    const chat = await addChat(context.database, 'unread', upTo(4));
    for (const text of ['a', 'b']) await context.customer.send(chat, text);
    await context.agent.send(chat, 'c');
    const counts = [await context.agent.messages(chat), await context.customer.messages(chat)];
    assert.deepEqual(
      counts.map((page) => page.unreadCount),
      [2, 1],
    );
  });
}
