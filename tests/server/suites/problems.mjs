import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { buildServer } from '../../../web-demo/server/app.mjs';
import { clientOf } from '../support/client.mjs';
import { addChat } from '../support/records.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function problemsSuite(context) {
  let id = '';
  let own = '';

  before(async () => {
    id = await addChat(context.database, 'problems', [1]);
    own = (await context.agent.send(id, 'mine')).body.id;
  });

  /** @param {{ status: number, headers: Headers, body: any }} answer @param {any[]} expected */
  function assertProblem({ status, headers, body }, [expectedStatus, code, path, detail]) {
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(status, expectedStatus, JSON.stringify(body));
    assert.equal(body.status, expectedStatus);
    assert.equal(body.code, code);
    assert.equal(body.path, path);
    assert.equal(body.type, `urn:chatlarder:problem:${code}`);
    assert.ok(body.title && body.detail);
    if (detail) assert.equal(body.detail, detail);
  }

  const key = crypto.randomUUID();
  const tooLong = 'x'.repeat(10_001);
  /** @type {[string, string, any, any[]][]} */
  const bodies = [
    ['POST', 'messages', {}, ['content', 'content is missing.']],
    ['POST', 'messages', { content: 'x' }, ['clientTempId', 'clientTempId is missing.']],
    [
      'POST',
      'messages',
      { content: '', clientTempId: key },
      ['content', 'content must be a text of 1 to 10000 characters.'],
    ],
    ['POST', 'messages', { content: tooLong, clientTempId: key }, ['content']],
    ['POST', 'messages', { content: '🦊'.repeat(10_001), clientTempId: key }, ['content']],
    ['POST', 'messages', { content: 5, clientTempId: key }, ['content']],
    ['POST', 'messages', { content: null, clientTempId: key }, ['content']],
    ['POST', 'messages', { content: ['x'], clientTempId: key }, ['content']],
    [
      'POST',
      'messages',
      { content: 'x', clientTempId: 'key' },
      ['clientTempId', 'clientTempId must be a UUID.'],
    ],
    ['POST', 'messages', { content: 'x', clientTempId: key, isScreenshot: 'yes' }, ['isScreenshot']],
    [
      'POST',
      'messages',
      { content: 'x', clientTempId: key, screenshotFileName: 'x'.repeat(256) },
      ['screenshotFileName'],
    ],
    ['POST', 'messages', [], [undefined]],
    ['POST', 'messages', null, [undefined]],
    ['POST', 'read', {}, ['upToSequence']],
    ['POST', 'read', { upToSequence: -1 }, ['upToSequence']],
    ['POST', 'read', { upToSequence: 1.5 }, ['upToSequence']],
    ['POST', 'read', { upToSequence: '1' }, ['upToSequence']],
    ['POST', 'read', { upToSequence: 1e300 }, ['upToSequence']],
    ['POST', 'read', { upToSequence: 1, messageIds: 'x' }, ['messageIds']],
    [
      'POST',
      'read',
      { upToSequence: 1, messageIds: ['x'] },
      ['messageIds.0', 'messageIds.0 must be a UUID.'],
    ],
    ['PATCH', 'message', {}, ['content']],
    ['PATCH', 'message', { content: '' }, ['content']],
    ['PATCH', 'message', { content: tooLong }, ['content']],
  ];
  for (const [method, what, body, [path, detail]] of bodies) {
    test(`${method} ${what} with ${JSON.stringify(body).slice(0, 60)}`, async () => {
      const address = what === 'message' ? `messages/${own}` : what;
      const answer = await context.agent.request(method, `/chats/${id}/${address}`, body);
      assertProblem(answer, [400, 'invalid_body', path, detail]);
    });
  }

  for (const [name, text] of Object.entries({ 'a NUL': 'a\u0000b', 'a lone surrogate': 'a\ud800b' })) {
    test(`a text with ${name} is refused, and the next one is not`, async () => {
      const expected = [400, 'text_not_storable', 'content'];
      assertProblem(await context.agent.send(id, text), expected);
      assertProblem(await context.agent.patch(`/chats/${id}/messages/${own}`, { content: text }), expected);
      const screenshot = { content: 'x', clientTempId: crypto.randomUUID(), screenshotFileName: text };
      const answer = await context.agent.post(`/chats/${id}/messages`, screenshot);
      assertProblem(answer, [400, 'text_not_storable', 'screenshotFileName']);
      assert.equal((await context.agent.send(id, 'fine')).status, 201);
    });
  }

  const queries = [
    ['/chats?limit=0', 'limit', 'limit must be a whole number from 1 to 500.'],
    ['/chats?limit=501', 'limit'],
    ['/chats?limit=ten', 'limit'],
    ['/chats?limit=1&limit=2', 'limit'],
    ['/chats?limit=', 'limit'],
    ['/chats?cursor=', 'cursor'],
    [`/chats?cursor=${'x'.repeat(513)}`, 'cursor'],
    ['/chats?page=2', 'page', 'page is not known here.'],
    ['/chats/ID/messages?limit=1001', 'limit'],
    ['/chats/ID/messages?limit=-1', 'limit'],
    ['/chats/ID/messages?limit=1.5', 'limit'],
    ['/chats/ID/messages?afterSequence=-1', 'afterSequence'],
    ['/chats/ID/messages?afterSequence=9007199254740993', 'afterSequence'],
    ['/chats/ID/messages?beforeSequence=0', 'beforeSequence'],
    ['/chats/ID/messages?beforeSequence=1e3', 'beforeSequence'],
    ['/chats/ID/messages?sinceRevision=', 'sinceRevision'],
    ['/chats/ID/messages?afterSequnce=1', 'afterSequnce'],
  ];
  for (const [path, name, detail] of queries) {
    test(`GET ${path.slice(0, 60)}`, async () => {
      assertProblem(await context.agent.get(path.replace('ID', id)), [400, 'invalid_query', name, detail]);
    });
  }

  test('ids that are no UUIDs', async () => {
    assertProblem(await context.agent.get('/chats/17/messages'), [400, 'invalid_params', 'requestId']);
    assertProblem(await context.agent.delete(`/chats/${id}/messages/17`), [400, 'invalid_params', 'id']);
  });

  /** Sends bytes as they are. */
  async function raw(/** @type {any} */ body, type = 'application/json', headers = {}) {
    const response = await fetch(`${context.url}api/v1/chats/${id}/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer agent-token', 'content-type': type, ...headers },
      body,
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  test('bodies that are no JSON', async () => {
    const badUtf8 = Buffer.concat([
      Buffer.from('{"content":"'),
      Buffer.from([0xff, 0xc0]),
      Buffer.from(`","clientTempId":"${crypto.randomUUID()}"}`),
    ]);
    for (const body of ['{', '', 'null,', '{"content":"x"', badUtf8, '{"__proto__":{"content":"x"}}']) {
      assertProblem(await raw(body), [400, 'malformed_json', undefined]);
    }
    assertProblem(await raw('content=x', 'text/plain'), [415, 'unsupported_media_type', undefined]);
    assertProblem(await raw('x', 'application/x-www-form-urlencoded'), [
      415,
      'unsupported_media_type',
      undefined,
    ]);
  });

  test('a body that is too large', async () => {
    const body = JSON.stringify({ content: 'x'.repeat(200_000), clientTempId: key });
    assertProblem(await raw(body), [413, 'body_too_large', undefined]);
  });

  test('addresses that are not there', async () => {
    assertProblem(await context.agent.get('/nothing'), [404, 'route_not_found', undefined]);
    assertProblem(await context.agent.request('PUT', '/chats', {}), [404, 'route_not_found', undefined]);
    const client = clientOf(context.url.replace(/\/$/, '/..'), 'agent-token');
    assertProblem(await client.get('/%E0%A4%A'), [400, 'malformed_url', undefined]);
  });

  test('a failure inside says that it failed, and nothing of why', async () => {
    for (const [failure, status, code] of /** @type {const} */ ([
      [new Error('the secret reason'), 500, 'internal_error'],
      [Object.assign(new Error('the secret reason'), { code: 'ECONNREFUSED' }), 503, 'database_unavailable'],
      [Object.assign(new Error('the secret reason'), { code: '57P01' }), 503, 'database_unavailable'],
      [Object.assign(new Error('the secret reason'), { code: '42601' }), 500, 'internal_error'],
    ])) {
      const fail = () => Promise.reject(failure);
      const broken = { ...context.database, query: async () => [], transaction: fail };
      const app = await buildServer({ database: /** @type {any} */ (broken) });
      const answer = await app.inject({
        url: '/api/v1/chats',
        headers: { authorization: 'Bearer agent-token' },
      });
      const problem = answer.json();
      assert.deepEqual([answer.statusCode, problem.code, problem.status], [status, code, status]);
      assert.ok(!answer.body.includes('secret'));
      await app.close();
    }
  });

  test('the built page is served with a strict policy, and only from its folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatlarder-page-'));
    await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
    await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html>');
    await writeFile(join(folder, 'dist', 'assets', 'core-1.wasm'), '');
    await writeFile(join(folder, 'secret'), 'secret');
    const served = await context.serve({ staticDir: join(folder, 'dist') });
    try {
      const page = await fetch(`${served.url}?user=agent`);
      assert.equal(await page.text(), '<!doctype html>');
      assert.equal(page.headers.get('cache-control'), 'no-cache');
      assert.equal(
        page.headers.get('content-security-policy'),
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
          "img-src 'self' data: blob:; media-src 'self' blob:; " +
          "connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      const asset = await fetch(`${served.url}assets/core-1.wasm`);
      assert.equal(asset.headers.get('content-type'), 'application/wasm');
      assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
      for (const path of ['missing.js', '%2e%2e/secret', '..%2fsecret']) {
        const response = await fetch(served.url + path);
        assert.ok([403, 404].includes(response.status), `${path}: ${response.status}`);
        assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
      }
    } finally {
      await served.close();
      await rm(folder, { recursive: true });
    }
  });
}
