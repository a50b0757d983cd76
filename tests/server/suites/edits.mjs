import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { addChat } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function editsSuite(context) {
  let id = '';

  before(async () => {
    id = await addChat(context.database, 'edits', [1]);
  });

  const path = (/** @type {any} */ message) => `/chats/${id}/messages/${message.id}`;

  test('an edit changes content and updatedAt, and nothing else', async () => {
    const { body: sent } = await context.customer.send(id, 'before');
    const { status, body: edited } = await context.customer.patch(path(sent), { content: 'after' });
    assert.equal(status, 200);
    assert.deepEqual(edited, { ...sent, content: 'after', updatedAt: edited.updatedAt });
    assert.deepEqual((await context.customer.messages(id, { limit: 1 })).messages, [edited]);
  });

  test('updatedAt grows with every edit, however fast', async () => {
    const { body: sent } = await context.customer.send(id);
    let previous = sent.createdAt;
    for (const content of ['1', '2', '3', '4', '5']) {
      const { body } = await context.customer.patch(path(sent), { content });
      assert.ok(body.updatedAt > previous, `${body.updatedAt} after ${previous}`);
      previous = body.updatedAt;
    }
  });

  test('updatedAt grows even when the clock was set back', async () => {
    const { body: sent } = await context.customer.send(id);
    const future = new Date(Date.now() + 3_600_000);
    await context.database.query('UPDATE messages SET updated_at = $2 WHERE id = $1', [sent.id, future]);
    const { body } = await context.customer.patch(path(sent), { content: 'later' });
    assert.equal(body.updatedAt, new Date(future.getTime() + 1).toISOString());
  });

  test('the same content again changes nothing', async () => {
    const { body: sent } = await context.customer.send(id, 'x');
    const { body: edited } = await context.customer.patch(path(sent), { content: 'y' });
    const { revision } = await context.customer.messages(id);
    const repeated = await context.customer.patch(path(sent), { content: 'y' });
    assert.deepEqual([repeated.status, repeated.body], [200, edited]);
    assert.equal((await context.customer.messages(id)).revision, revision);
  });

  test('deleting takes the message from pages and counts; again changes nothing', async () => {
    const { body: sent } = await context.customer.send(id, 'going');
    const before = await context.agent.messages(id);
    for (const _ of ['once', 'again']) {
      const { status, text } = await context.customer.delete(path(sent));
      assert.deepEqual([status, text], [204, '']);
    }
    const after = await context.agent.messages(id);
    assert.deepEqual(after.messages, before.messages.slice(0, -1));
    assert.equal(after.totalMessageCount, before.totalMessageCount - 1);
    assert.equal(after.unreadCount, before.unreadCount - 1);
    assert.equal(after.lastSequence, before.lastSequence);
    assert.equal(Number(after.revision), Number(before.revision) + 1);
    const stored = await context.database.query('SELECT content FROM messages WHERE id = $1', [sent.id]);
    assert.deepEqual(stored, [{ content: '' }]);
  });

  test('deleting what was read already leaves the unread count alone', async () => {
    const { body: sent } = await context.customer.send(id);
    await context.agent.post(`/chats/${id}/read`, { upToSequence: sent.sequenceNumber });
    await context.customer.delete(path(sent));
    assert.equal((await context.agent.messages(id)).unreadCount, 0);
  });

  test('others’ messages: 403; deleted, unknown or another chat’s messages: 404', async () => {
    const { body: sent } = await context.customer.send(id, 'mine');
    const elsewhere = await addChat(context.database, 'not here', [1]);
    const attempts = async (/** @type {any} */ client, /** @type {string} */ address) => {
      const answers = [await client.patch(address, { content: 'x' }), await client.delete(address)];
      return answers.map(({ status, body }) => [status, body?.code]);
    };
    const twice = (/** @type {any[]} */ answer) => [answer, answer];
    assert.deepEqual(await attempts(context.agent, path(sent)), twice([403, 'not_your_message']));
    const foreign = `/chats/${elsewhere}/messages/${sent.id}`;
    assert.deepEqual(await attempts(context.customer, foreign), twice([404, 'message_not_found']));
    assert.deepEqual(
      await attempts(context.customer, path({ id: crypto.randomUUID() })),
      twice([404, 'message_not_found']),
    );
    await context.customer.delete(path(sent));
    assert.deepEqual(await attempts(context.agent, path(sent)), twice([404, 'message_not_found']));
    assert.equal((await context.customer.patch(path(sent), { content: 'x' })).body.code, 'message_not_found');
  });

  test('ids in capital letters are the same ids', async () => {
    const { body: sent } = await context.customer.send(id);
    const address = `/chats/${id.toUpperCase()}/messages/${sent.id.toUpperCase()}`;
    const { body } = await context.customer.patch(address, { content: 'found' });
    assert.deepEqual([body.id, body.requestId, body.content], [sent.id, id, 'found']);
  });
}
