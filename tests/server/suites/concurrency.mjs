import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf } from '../support/client.mjs';
import { interposed } from '../support/interposed.mjs';
import { addChat, upTo } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function concurrencySuite(context) {
  const everyone = (/** @type {number} */ index) => (index % 2 ? context.customer : context.agent);

  test('50 simultaneous senders to one chat: every sequence number once, none left out', async () => {
    const id = await addChat(context.database, 'busy', [1]);
    const { revision } = await context.agent.messages(id);
    const answers = await Promise.all(
      upTo(50).map((index) => everyone(index).send(id, `from sender ${index}`)),
    );
    assert.ok(answers.every((answer) => answer.status === 201));
    const numbers = answers.map((answer) => answer.body.sequenceNumber).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      upTo(50).map((index) => index + 1),
    );
    const page = await context.agent.messages(id, { limit: 1000 });
    assert.deepEqual([page.lastSequence, page.totalMessageCount, page.messages.length], [51, 51, 51]);
    assert.equal(Number(page.revision), Number(revision) + 50);
    assert.equal(page.unreadCount, 25);
    const sentAs = new Map(answers.map(({ body }) => [body.sequenceNumber, body.id]));
    for (const message of page.messages.slice(1))
      assert.equal(message.id, sentAs.get(message.sequenceNumber));
  });

  test('the same key 20 times at once: one message', async () => {
    const id = await addChat(context.database, 'same key', [1]);
    const key = crypto.randomUUID();
    const answers = await Promise.all(upTo(20).map(() => context.customer.send(id, 'once', key)));
    const statuses = answers.map((answer) => answer.status).sort();
    assert.deepEqual(statuses, [...Array(19).fill(200), 201]);
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer.body))).size, 1);
    const page = await context.customer.messages(id);
    assert.deepEqual([page.lastSequence, page.totalMessageCount], [2, 2]);
  });

  test('the same key at once through two servers on one database: one message', async () => {
    const id = await addChat(context.database, 'two servers', [1]);
    const clients = [context.customer, clientOf((await context.serve()).url, 'customer-token')];
    for (const round of upTo(5)) {
      const key = crypto.randomUUID();
      const sending = upTo(10).map((index) => clients[index % 2].send(id, `${round}`, key));
      const answers = await Promise.all(sending);
      const statuses = answers.map((answer) => answer.status).sort();
      assert.deepEqual(statuses, [...Array(9).fill(200), 201]);
      assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 1);
    }
    assert.equal((await context.customer.messages(id)).totalMessageCount, 6);
  });

  test('the same key in two chats at once: one message, no deadlock', async () => {
    const ids = [await addChat(context.database, 'left', [1]), await addChat(context.database, 'right', [1])];
    for (const round of upTo(5)) {
      const key = crypto.randomUUID();
      const answers = await Promise.all(
        upTo(6).map((index) => context.customer.send(ids[index % 2], `${round}`, key)),
      );
      const statuses = answers.map((answer) => answer.status).sort();
      assert.deepEqual(statuses, [200, 200, 201, 409, 409, 409]);
    }
  });

  test('everything at once on one chat leaves no deadlock and true counts', async () => {
    const id = await addChat(context.database, 'mixed', [1]);
    const own = (await Promise.all(upTo(10).map(() => context.customer.send(id)))).map(
      (answer) => answer.body,
    );
    const answers = await Promise.all(
      own.flatMap((message, index) => [
        context.customer.patch(`/chats/${id}/messages/${message.id}`, { content: `edit ${index}` }),
        context.agent.post(`/chats/${id}/read`, { upToSequence: message.sequenceNumber }),
        context.agent.send(id, `answer ${index}`),
        ...(index % 2 ? [context.customer.delete(`/chats/${id}/messages/${message.id}`)] : []),
      ]),
    );
    assert.deepEqual(
      answers.filter(({ status }) => ![200, 201, 204, 404].includes(status)),
      [],
    );
    const page = await context.agent.messages(id);
    assert.deepEqual([page.totalMessageCount, page.lastSequence, page.unreadCount], [16, 21, 0]);
  });

  test('the change feed never skips a chat while many commit at once', async () => {
    const ids = [];
    for (const number of upTo(12)) ids.push(await addChat(context.database, `feed ${number}`, [1]));
    let { cursor } = await context.agent.chats({ limit: 500 });
    /** @type {Map<string, any>} */
    const known = new Map();
    const poll = async () => {
      const page = await context.agent.chats({ cursor, limit: 3 });
      for (const chat of page.chats) known.set(chat.requestId, chat);
      cursor = page.cursor;
      return page.hasMore;
    };
    let writing = true;
    const writers = Promise.all(
      ids.flatMap((id, index) => upTo(6).map((round) => everyone(index + round).send(id, `round ${round}`))),
    ).finally(() => (writing = false));
    while (writing) await poll();
    await writers;
    while (await poll());
    assert.deepEqual(
      ids.map((id) => [id, known.get(id)?.lastSequence]),
      ids.map((id) => [id, 7]),
    );
  });

  // What follows needs transactions that overlap.
  const overlapping =
    (/** @type {(test: import('node:test').TestContext) => Promise<void>} */ work) =>
    async (/** @type {import('node:test').TestContext} */ test) =>
      context.database.kind === 'pglite' ? test.skip('PGlite runs one transaction at a time') : work(test);

  test(
    'a slow commit is not overtaken in the change feed',
    overlapping(async () => {
      const slow = await addChat(context.database, 'slow commit', [1]);
      const quick = await addChat(context.database, 'quick commit', [1]);
      const { cursor } = await context.agent.chats({ limit: 500 });
      const [reached, held] = [gate(), gate()];
      const beforeCommit = async () => {
        reached.open();
        await held.opened;
      };
      const served = await context.serve({ database: interposed(context.database, { beforeCommit }) });
      const slowSending = clientOf(served.url).send(slow);
      await reached.opened;
      let quickSent = false;
      const quickSending = context.agent.send(quick).finally(() => (quickSent = true));
      while (!quickSent && !(await someoneWaits()));

      const meanwhile = await context.agent.chats({ cursor }).finally(held.open);
      await Promise.all([slowSending, quickSending]);
      const afterwards = await context.agent.chats({ cursor: meanwhile.cursor });
      const seen = [...meanwhile.chats, ...afterwards.chats].map((chat) => chat.requestId);
      assert.deepEqual(seen.sort(), [slow, quick].sort());
    }),
  );

  async function someoneWaits() {
    const rows = await context.database.query('SELECT 1 FROM pg_locks WHERE NOT granted');
    return rows.length > 0;
  }

  test(
    'a page and its revision, a list and its cursor are of one moment',
    overlapping(async () => {
      const id = await addChat(context.database, 'snapshot', [1]);
      const { revision } = await context.agent.messages(id);
      const sent = /** @type {any[]} */ ([]);
      for (const number of upTo(20)) sent.push((await context.customer.send(id, `${number}`)).body);
      const afterQuery = async () => {
        await context.customer.delete(`/chats/${id}/messages/${sent.pop().id}`);
      };
      const served = await context.serve({ database: interposed(context.database, { afterQuery }) });
      const reader = clientOf(served.url);

      const page = await reader.messages(id, { limit: 1000, sinceRevision: revision });
      assert.equal(page.messages.length, page.totalMessageCount);
      assert.equal(page.revision, `${Number(revision) + 20}`);
      assert.deepEqual(page.tombstones, []);

      const { cursor, chats } = await reader.chats({ limit: 500 });
      const known = chats.find((/** @type {any} */ chat) => chat.requestId === id);
      const [changed] = (await context.agent.chats({ cursor })).chats;
      assert.equal(changed.requestId, id);
      assert.ok(Number(known.revision) < Number(changed.revision));
    }),
  );
}

/** A promise that is opened from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise((resolve) => (open = () => resolve(undefined)));
  return { open, opened };
}
