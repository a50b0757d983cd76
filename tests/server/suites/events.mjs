import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { AGENT } from '../../../web-demo/server/auth.mjs';
import { EventHub } from '../../../web-demo/server/events.mjs';
import { openEvents } from '../support/event-stream.mjs';
import { addChat } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function eventsSuite(context) {
  let id = '';

  before(async () => {
    id = await addChat(context.database, 'events', [1]);
  });

  const revisionOf = async () => (await context.agent.messages(id)).revision;

  test('hello first, then a signal for every change of a chat, to all its members', async () => {
    const streams = [
      await openEvents(context.url, 'agent-token'),
      await openEvents(context.url, 'customer-token'),
    ];
    assert.equal(streams[0].response.headers.get('content-type'), 'text/event-stream');
    assert.deepEqual(await streams[0].next(), { event: 'hello', data: { userId: AGENT.id } });
    assert.equal((await streams[1].next())?.event, 'hello');

    const { body: message } = await context.customer.send(id);
    const path = `/chats/${id}/messages/${message.id}`;
    const writes = [
      async () => {},
      () => context.customer.patch(path, { content: 'changed' }),
      () => context.customer.delete(path),
    ];
    for (const write of writes) {
      await write();
      const signal = { event: 'change', data: { requestId: id, revision: await revisionOf() } };
      for (const stream of streams) assert.deepEqual(await stream.next(), signal);
    }
    for (const stream of streams) stream.close();
  });

  test('reading is signalled to the reader only, and what changes nothing to nobody', async () => {
    const key = crypto.randomUUID();
    await context.customer.send(id, 'unread', key);
    const [agent, customer] = [
      await openEvents(context.url, 'agent-token'),
      await openEvents(context.url, 'customer-token'),
    ];
    await Promise.all([agent.next(), customer.next()]);
    const before = await revisionOf();
    await context.customer.send(id, 'unread', key);
    await context.agent.post(`/chats/${id}/read`, { upToSequence: 99 });
    await context.agent.post(`/chats/${id}/read`, { upToSequence: 99 });
    assert.deepEqual(await agent.next(), { event: 'change', data: { requestId: id, revision: before } });
    await context.customer.send(id);
    const next = { event: 'change', data: { requestId: id, revision: await revisionOf() } };
    assert.deepEqual([await agent.next(), await customer.next()], [next, next]);
    agent.close();
    customer.close();
  });

  test('comments keep a quiet connection alive; closing the server ends it', async () => {
    const served = await context.serve({ heartbeatMs: 20 });
    const stream = await openEvents(served.url, 'agent-token');
    assert.equal((await stream.next())?.event, 'hello');
    assert.deepEqual(await stream.nextPart(), { comment: 'heartbeat' });
    const ended = stream.next();
    await served.close();
    assert.equal(await ended, null);
  });

  test('a slow reader gets the newest signal of each chat', async () => {
    const hub = new EventHub();
    /** @type {any[]} */
    const sent = [];
    let drain = () => {};
    hub.add(
      'user',
      fakeConnection(sent, (resolve) => (drain = resolve)),
    );
    for (const revision of ['1', '2', '3']) {
      for (const requestId of ['a', 'b']) hub.publish(['user', 'nobody'], { requestId, revision });
    }
    while (sent.length < 3) await Promise.resolve(drain());
    assert.deepEqual(
      sent.map(({ data }) => `${data.requestId}${data.revision}`),
      ['a1', 'b3', 'a3'],
    );
  });

  test('a connection that broke is forgotten', async () => {
    const hub = new EventHub();
    const connection = fakeConnection([], () => {});
    hub.add('user', connection);
    assert.equal(hub.size, 1);
    connection.close();
    assert.equal(hub.size, 0);
  });
}

/**
 * @param {any[]} sent
 * @param {(resolve: () => void) => void} pause called with what lets the writing go on
 * @returns {any}
 */
function fakeConnection(sent, pause) {
  let onClose = () => {};
  return {
    onClose: (/** @type {() => void} */ callback) => (onClose = callback),
    close: () => onClose(),
    send(/** @type {any} */ part) {
      sent.push(part);
      return new Promise((resolve) => pause(() => resolve(undefined)));
    },
  };
}
