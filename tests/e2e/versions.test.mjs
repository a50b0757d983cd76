/** Two versions of the package in two tabs of one origin: the older gives way, and nothing is lost. */
import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../browser/harness/processes.mjs';
import { startWorld, until } from './support/world.mjs';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const unsent = 'written with the older version';

/** The package as a later version might be: with another store. */
async function makeNewer(folder) {
  let patched = 0;
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.js'))) {
    const text = await readFile(join(folder, name), 'utf8');
    const stores = /(\{name:"message_blocks",keyPath:\[[^\]]*\],indexes:\[\]\})/;
    const newer = text
      .replace(/version:(\d+),defaultNamespace/, (_, version) => `version:${+version + 1},defaultNamespace`)
      .replace(stores, '$1,{name:"newer",keyPath:"id",indexes:[]}');
    if (newer !== text) patched += 1;
    await writeFile(join(folder, name), newer);
  }
  assert.ok(patched >= 3, `${patched} scripts know of the database`);
}

/** In the page: opens a larder of one of the versions; what becomes of it is noted. */
async function open([version, options]) {
  const { openLarder, httpTransport } = await import(`/${version}/index.js`);
  window.closings = [];
  try {
    const transport = httpTransport({ baseUrl: '/api/v1' });
    window.larder = await openLarder({ ...options, transport, credentials: () => 'customer-token' });
    window.larder.addEventListener('closed', ({ detail }) => window.closings.push(detail));
    return null;
  } catch ({ code, message }) {
    return { code, message };
  }
}

/** In the page: version, stores and rows. */
async function contents() {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const db = await done(indexedDB.open(window.larder.databaseName));
  const stores = [...db.objectStoreNames];
  const transaction = db.transaction(stores);
  const rows = await Promise.all(stores.map((name) => done(transaction.objectStore(name).getAll())));
  db.close();
  return { version: db.version, stores, text: JSON.stringify(rows) };
}

describe('two versions of the package', { timeout: 240_000 }, () => {
  let world;
  let folder;
  let chat;
  let older;
  let newer;
  before(async () => {
    folder = await temporaryFolder();
    for (const name of ['older', 'newer']) await cp(dist, join(folder.path, name), { recursive: true });
    await makeNewer(join(folder.path, 'newer'));
    await writeFile(join(folder.path, 'index.html'), '<!doctype html><title>Two versions</title>');
    world = await startWorld({ generate: { chats: 3, messages: 60 }, staticDir: folder.path });
    ({
      chats: [chat],
    } = await world.agent.call('GET', '/api/v1/chats'));
    [older, newer] = [await openTab(), await openTab()];
  });
  after(async () => {
    await world.end();
    await folder.remove();
  });

  async function openTab() {
    const page = await world.context.newPage();
    await page.goto(world.network.url);
    return page;
  }

  /** From now on the server refuses this. */
  const refuse = (fault) => world.agent.call('POST', '/test/faults', fault);
  const openIn = (page, version) => page.evaluate(open, [version, { userId: 'one' }]);
  const textsIn = (page) =>
    page.evaluate(async (requestId) => {
      const { messages } = await window.larder.chat(requestId).messages({ limit: 100 });
      return messages.map(({ content }) => content);
    }, chat.requestId);
  const failure = (page, work) =>
    page.evaluate(
      ([requestId, name]) => {
        const chat = window.larder.chat(requestId);
        const works = { read: () => chat.messages(), send: () => chat.send({ content: 'too late' }) };
        return works[name]().then(
          () => null,
          ({ code, message, cause }) => ({ code: cause?.code ?? code, message: cause?.message ?? message }),
        );
      },
      [chat.requestId, work],
    );

  it('the older one closes, says what to do, and writes no more; the newer one has everything', async () => {
    assert.equal(await openIn(older, 'older'), null);
    await older.evaluate((requestId) => window.larder.chat(requestId).sync(), chat.requestId);
    await refuse({ method: 'POST', match: '/messages$', status: 503 });
    await older.evaluate(
      ([requestId, content]) => window.larder.chat(requestId).send({ content }),
      [chat.requestId, unsent],
    );
    const [texts, before] = [await textsIn(older), await older.evaluate(contents)];
    assert.equal(await openIn(newer, 'newer'), null);

    await until(() => older.evaluate(() => window.closings.length));
    assert.deepEqual(await older.evaluate(() => window.closings), [{ destroyed: false }]);
    for (const work of ['read', 'send']) {
      const { code, message } = await failure(older, work);
      assert.equal(code, 'closed');
      assert.match(message, /reload the page/);
    }
    assert.deepEqual(await textsIn(newer), texts);
    assert.equal(texts.at(-1), unsent);
    const after = await newer.evaluate(contents);
    assert.equal(after.version, before.version + 1);
    assert.deepEqual(after.stores, [...before.stores, 'newer'].sort());
    assert.ok(!after.text.includes('too late'));

    await refuse({});
    await until(() => newer.evaluate(async () => (await window.larder.outbox.list()).length === 0));
    const { messages } = await world.agent.call('GET', `/api/v1/chats/${chat.requestId}/messages?limit=100`);
    assert.equal(messages.filter(({ content }) => content === unsent).length, 1);
    assert.equal(messages.filter(({ content }) => content === 'too late').length, 0);
  });

  it('the older one is refused from then on, and touches nothing', async () => {
    await older.reload();
    const { code, message } = await openIn(older, 'older');
    assert.equal(code, 'newer_version');
    assert.match(message, /reload the page/);
    const { version, stores } = await newer.evaluate(contents);
    assert.ok(stores.includes('newer'), `${version}`);
    assert.equal((await textsIn(newer)).at(-1), unsent);
    assert.deepEqual(await newer.evaluate(() => window.closings), []);
  });
});
