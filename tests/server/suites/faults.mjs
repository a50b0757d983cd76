import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, before, test } from 'node:test';
import { jsonOf } from '../support/client.mjs';
import { openEvents } from '../support/event-stream.mjs';
import { addChat } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function faultsSuite(context) {
  let id = '';

  before(async () => {
    id = await addChat(context.database, 'faults', [1]);
  });
  afterEach(() => setFault({}));

  async function setFault(/** @type {any} */ fault) {
    const response = await fetch(`${context.url}test/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    return { status: response.status, body: response.status === 204 ? null : await jsonOf(response) };
  }

  const lastSequence = async () => (await context.agent.messages(id)).lastSequence;

  test('dropReply: the work is done, the answer is lost; the retry finds the message', async () => {
    const before = await lastSequence();
    await setFault({ dropReply: 1, times: 1, match: '/messages$' });
    const key = crypto.randomUUID();
    await assert.rejects(context.customer.send(id, 'lost reply', key), TypeError);
    assert.equal(await lastSequence(), before + 1);
    const retry = await context.customer.send(id, 'lost reply', key);
    assert.deepEqual([retry.status, retry.body.sequenceNumber], [200, before + 1]);
  });

  test('dropReply N: every Nth', async () => {
    await setFault({ dropReply: 3, match: '/me$' });
    const outcomes = [];
    for (const _ of Array(7)) {
      outcomes.push(
        await context.agent.get('/me').then(
          (answer) => answer.status,
          () => 'dropped',
        ),
      );
    }
    assert.deepEqual(outcomes, [200, 200, 'dropped', 200, 200, 'dropped', 200]);
  });

  test('a fault of sending: every third message, all stored; nothing else is counted or struck', async () => {
    const before = await lastSequence();
    await setFault({ dropReply: 3, method: 'POST', match: '/messages$' });
    const outcomes = [];
    const keys = Array.from({ length: 6 }, () => crypto.randomUUID());
    for (const key of keys) {
      const sent = context.customer.send(id, 'every third', key);
      outcomes.push(
        await sent.then(
          (answer) => answer.status,
          () => 'dropped',
        ),
      );
      assert.equal((await context.customer.get(`/chats/${id}/messages?limit=1`)).status, 200);
      assert.equal((await context.customer.post(`/chats/${id}/read`, { upToSequence: before })).status, 200);
    }
    assert.deepEqual(outcomes, [201, 201, 'dropped', 201, 201, 'dropped']);
    assert.equal(await lastSequence(), before + 6);
    await setFault({});
    const retries = await Promise.all(keys.map((key) => context.customer.send(id, 'every third', key)));
    assert.ok(retries.every((answer) => answer.status === 200));
    assert.equal(await lastSequence(), before + 6);
  });

  test('status, retryAfter, times and match', async () => {
    await setFault({ status: 429, retryAfter: 'Fri, 31 Dec 1999 23:59:59 GMT', times: 2, match: '/chats$' });
    assert.equal((await context.agent.get('/me')).status, 200);
    for (const _ of ['first', 'second']) {
      const { status, headers, body } = await context.agent.get('/chats?limit=1');
      assert.deepEqual([status, headers.get('retry-after')], [429, 'Fri, 31 Dec 1999 23:59:59 GMT']);
      assert.deepEqual([body.status, body.code], [429, 'fault']);
    }
    assert.equal((await context.agent.get('/chats')).status, 200);
  });

  test('a status does nothing, and needs no token', async () => {
    const before = await lastSequence();
    await setFault({ status: 503, method: 'POST' });
    assert.equal((await context.agent.send(id)).status, 503);
    assert.equal((await fetch(`${context.url}api/v1/events`, { method: 'POST' })).status, 503);
    assert.equal(await lastSequence(), before);
    await setFault({ status: 401, match: '/events$' });
    assert.equal((await openEvents(context.url, 'agent-token')).response.status, 401);
  });

  test('html instead of JSON, with the route’s status or another', async () => {
    await setFault({ html: true });
    for (const status of [200, 502]) {
      if (status === 502) await setFault({ html: true, status });
      const answer = await context.agent.get('/me');
      assert.equal(answer.status, status);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
      assert.match(answer.text, /^<!doctype html>/);
    }
  });

  test('truncate cuts the body', async () => {
    const whole = (await context.agent.get('/me')).text;
    await setFault({ truncate: 20 });
    const cut = await context.agent.get('/me');
    assert.deepEqual([cut.status, cut.text], [200, whole.slice(0, 20)]);
  });

  test('delayMs holds the reply back, not the work', async () => {
    const before = await lastSequence();
    await setFault({ delayMs: 600_000, method: 'POST', match: '/messages$' });
    const aborted = new AbortController();
    const sending = fetch(`${context.url}api/v1/chats/${id}/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer agent-token', 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'slow', clientTempId: crypto.randomUUID() }),
      signal: aborted.signal,
    });
    const rejected = assert.rejects(sending, { name: 'AbortError' });
    while ((await lastSequence()) === before);
    aborted.abort();
    await rejected;
  });

  test('duplicate: the request arrives twice and counts once', async () => {
    const before = await lastSequence();
    await fetch(`${context.url}test/requests`, { method: 'DELETE' });
    await setFault({ duplicate: true, method: 'POST' });
    const { status, body } = await context.customer.send(id);
    assert.deepEqual([status, body.sequenceNumber], [200, before + 1]);
    await setFault({});
    assert.equal(await lastSequence(), before + 1);
    const counts = await jsonOf(await fetch(`${context.url}test/requests`));
    assert.equal(counts['POST /api/v1/chats/:requestId/messages'], 1);
  });

  test('requests are counted by method and route until the counts are cleared', async () => {
    await fetch(`${context.url}test/requests`, { method: 'DELETE' });
    await context.agent.get('/chats?limit=1');
    await context.agent.get('/chats');
    await context.agent.get('/chats/17/messages');
    await context.agent.get('/nowhere');
    await fetch(`${context.url}api/v1/me`);
    const counts = await jsonOf(await fetch(`${context.url}test/requests`));
    assert.deepEqual(counts, {
      'GET /api/v1/chats': 2,
      'GET /api/v1/chats/:requestId/messages': 1,
      'GET (unknown)': 1,
      'GET /api/v1/me': 1,
    });
  });

  test('switches that are not there are refused', async () => {
    for (const fault of [{ drop: 1 }, { status: 200 }, { dropReply: 0 }, { match: '(' }, { times: 0 }]) {
      const { status, body } = await setFault(fault);
      assert.deepEqual([status, body.code], [400, 'invalid_body']);
    }
  });

  test('without the option there are no switches', async () => {
    const served = await context.serve();
    const [post, get] = [
      await fetch(`${served.url}test/faults`, { method: 'POST' }),
      await fetch(`${served.url}test/requests`),
    ];
    assert.deepEqual([post.status, get.status], [404, 404]);
    await served.close();
  });

  test('closing does not wait for a connection that nobody uses', { timeout: 10_000 }, async () => {
    const served = await context.serve();
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket.resume(), 'close');
    await served.close();
    await ended;
  });

  test('closing does not wait for a reply that is being held back', async () => {
    const served = await context.serve({ faults: true });
    await fetch(`${served.url}test/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ delayMs: 600_000 }),
    });
    const held = fetch(`${served.url}api/v1/health`);
    for (;;) {
      const counts = await jsonOf(await fetch(`${served.url}test/requests`));
      if (counts['GET /api/v1/health']) break;
    }
    await served.close();
    assert.equal((await held).status, 200);
  });
}
