import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonOf } from '../support/client.mjs';
import { AGENT, CUSTOMER } from '../../../web-demo/server/auth.mjs';

/** @param {import('../api.test.mjs').Context} context */
export function authSuite(context) {
  test('health needs no token', async () => {
    const response = await fetch(`${context.url}api/v1/health`);
    assert.deepEqual(await response.json(), { status: 'ok' });
  });

  test('me is the user of the token', async () => {
    assert.deepEqual((await context.customer.get('/me')).body, CUSTOMER);
    assert.deepEqual((await context.agent.get('/me')).body, AGENT);
    assert.equal(CUSTOMER.isTechnician, false);
    assert.equal(AGENT.isTechnician, true);
  });

  const refused = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Basic agent-token',
    'agent-token',
    'Bearer agent-tokenx',
  ];
  for (const authorization of refused) {
    test(`401 for authorization ${JSON.stringify(authorization)}`, async () => {
      const headers = authorization === undefined ? undefined : { authorization };
      for (const path of ['me', 'chats', 'events', 'chats/x/messages']) {
        const response = await fetch(`${context.url}api/v1/${path}`, { headers });
        assert.equal(response.status, 401);
        assert.equal(response.headers.get('www-authenticate'), 'Bearer');
        assert.equal((await jsonOf(response)).code, 'unauthorized');
      }
    });
  }
}
