import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { clientOf } from '../support/client.mjs';
import { addChat, upTo } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function revisionsSuite(context) {
  let id = '';

  before(async () => {
    id = await addChat(context.database, 'revisions', upTo(3));
  });

  const contents = (/** @type {any} */ page) =>
    page.messages.map((/** @type {any} */ message) => message.content);
  const path = (/** @type {any} */ message) => `/chats/${message.requestId}/messages/${message.id}`;

  test('edits up to afterSequence and all deletions since a revision', async () => {
    const sent = [];
    for (const text of ['one', 'two', 'three', 'four'])
      sent.push((await context.customer.send(id, text)).body);
    const start = await context.agent.messages(id);
    await context.customer.patch(path(sent[0]), { content: 'one, better' });
    await context.customer.patch(path(sent[0]), { content: 'one, best' });
    await context.customer.patch(path(sent[1]), { content: 'two, edited, then deleted' });
    await context.customer.delete(path(sent[1]));
    await context.customer.patch(path(sent[3]), { content: 'four, edited' });
    await context.customer.send(id, 'five');
    const { sequenceNumber: after } = sent[2];

    const delta = await context.agent.messages(id, { afterSequence: after, sinceRevision: start.revision });
    assert.deepEqual(contents(delta), ['one, best', 'four, edited', 'five']);
    assert.deepEqual(delta.covers, { from: after + 1, to: after + 2 });
    assert.deepEqual(delta.tombstones, [{ id: sent[1].id, sequenceNumber: sent[1].sequenceNumber }]);
    assert.equal(delta.resetRequired, undefined);
    assert.ok(Number(delta.revision) > Number(start.revision));

    const again = await context.agent.messages(id, {
      afterSequence: after + 2,
      sinceRevision: delta.revision,
    });
    assert.deepEqual([again.messages, again.tombstones, again.covers], [[], [], null]);
    assert.equal(again.revision, delta.revision);
  });

  test('without sinceRevision there are neither old edits nor tombstones', async () => {
    const page = await context.agent.messages(id, { afterSequence: 7 });
    assert.deepEqual([contents(page), page.tombstones], [['five'], []]);
  });

  test('every write raises the revision, reading does not', async () => {
    const revision = async () => Number((await context.agent.messages(id)).revision);
    const start = await revision();
    const { body } = await context.agent.send(id);
    assert.equal(await revision(), start + 1);
    await context.agent.patch(path(body), { content: 'changed' });
    assert.equal(await revision(), start + 2);
    await context.agent.delete(path(body));
    assert.equal(await revision(), start + 3);
    await context.customer.post(`/chats/${id}/read`, { upToSequence: 99 });
    assert.equal(await revision(), start + 3);
  });

  test('a reset for revisions that are unknown, from the future or no revisions', async () => {
    const now = Number((await context.agent.messages(id)).revision);
    for (const sinceRevision of ['0', '1', String(now + 1), 'abc', '-1', '1.5', '9'.repeat(64)]) {
      const { requestId, messages, covers, tombstones, resetRequired, revision } =
        await context.agent.messages(id, {
          sinceRevision,
        });
      assert.deepEqual(
        { requestId, messages, covers, tombstones, resetRequired, revision },
        {
          requestId: id,
          messages: [],
          covers: null,
          tombstones: [],
          resetRequired: true,
          revision: String(now),
        },
        sinceRevision,
      );
    }
  });

  test('forgotten revisions: the oldest that is still known answers, the one before resets', async () => {
    const { url } = await context.serve({ historyKept: 3 });
    const customer = clientOf(url, 'customer-token');
    const chat = await addChat(context.database, 'forgetful', [1]);
    const { body: message } = await customer.send(chat, 'v0');
    const revisions = [(await customer.messages(chat)).revision];
    for (const version of upTo(5)) {
      await customer.patch(path(message), { content: `v${version}` });
      revisions.push((await customer.messages(chat)).revision);
    }
    const resets = [];
    for (const sinceRevision of revisions) {
      const page = await customer.messages(chat, { sinceRevision, afterSequence: 2 });
      resets.push(page.resetRequired ?? false);
    }
    assert.deepEqual(resets, [true, true, false, false, false, false]);
    await customer.send(chat, 'sending forgets nothing');
    assert.equal((await customer.messages(chat, { sinceRevision: revisions[2] })).resetRequired, undefined);
  });

  test('a reset when more than 1000 changes lie behind, none at 1000', async () => {
    const chat = await addChat(context.database, 'many changes', [1]);
    const { revision } = await context.agent.messages(chat);
    const addChanges = async (/** @type {number} */ count) => {
      await context.database.query(
        `INSERT INTO message_changes (chat_id, revision, message_id, kind)
         SELECT c.id, c.revision + n, m.id, 'edited'
           FROM chats c JOIN messages m ON m.chat_id = c.id, generate_series(1, $2::int) n WHERE c.id = $1`,
        [chat, count],
      );
      await context.database.query('UPDATE chats SET revision = revision + $2 WHERE id = $1', [chat, count]);
    };
    await addChanges(1000);
    const page = await context.agent.messages(chat, { sinceRevision: revision, afterSequence: 1 });
    assert.deepEqual([page.resetRequired, contents(page)], [undefined, ['many changes message 1']]);
    await addChanges(1);
    assert.equal((await context.agent.messages(chat, { sinceRevision: revision })).resetRequired, true);
  });

  test('a replica that follows by deltas ends equal to the chat', async () => {
    const chat = await addChat(context.database, 'replica', upTo(5));
    const live = [];
    let replica = await replicaOf(chat);
    for (const step of upTo(60)) {
      const choice = (step * 7919) % 5;
      const target = live[(step * 31) % Math.max(live.length, 1)];
      if (choice < 2 || !target) live.push((await context.customer.send(chat, `sent in step ${step}`)).body);
      else if (choice < 4) await context.customer.patch(path(target), { content: `edited in step ${step}` });
      else await context.customer.delete(path(live.splice(live.indexOf(target), 1)[0]));
      if (step % 4 === 0) replica = await follow(chat, replica);
    }
    replica = await follow(chat, replica);
    const truth = await replicaOf(chat);
    assert.deepEqual([...replica.messages.values()].sort(bySequence), [...truth.messages.values()]);
    assert.equal(replica.messages.size, truth.total);
  });

  const bySequence = (/** @type {any} */ a, /** @type {any} */ b) => a.sequenceNumber - b.sequenceNumber;

  async function replicaOf(/** @type {string} */ chat) {
    const page = await context.agent.messages(chat, { limit: 1000 });
    const messages = new Map(page.messages.map((/** @type {any} */ message) => [message.id, message]));
    return { messages, last: page.lastSequence, revision: page.revision, total: page.totalMessageCount };
  }

  async function follow(
    /** @type {string} */ chat,
    /** @type {Awaited<ReturnType<typeof replicaOf>>} */ replica,
  ) {
    const page = await context.agent.messages(chat, {
      afterSequence: replica.last,
      sinceRevision: replica.revision,
      limit: 1000,
    });
    for (const message of page.messages) replica.messages.set(message.id, message);
    for (const { id: deleted } of page.tombstones) replica.messages.delete(deleted);
    return { ...replica, last: page.lastSequence, revision: page.revision };
  }
}
