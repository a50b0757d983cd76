/** What is written in the demo is sent once and in order, whatever happens to network, tabs and browser. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { chatItem, connectionIs, find, messages, openPage, startWorld, until } from './support/world.mjs';

describe('the outbox in the demo', { timeout: 280_000 }, () => {
  let world;
  let chats;
  before(async () => {
    world = await startWorld({ generate: { chats: 8, messages: 120 } });
    ({ chats } = await world.agent.call('GET', '/api/v1/chats'));
  });
  after(() => world.end());
  afterEach(async () => {
    await setFault({});
    const [, ...opened] = world.context.pages();
    for (const page of opened) await page.close();
  });

  const setFault = (fault) => world.agent.call('POST', '/test/faults', fault);
  const refuse = () => setFault({ method: 'POST', match: '/messages$', status: 403 });
  const withText = (page, text) => messages(page).filter({ hasText: text });
  const outboxCountIs = (page, count) =>
    find(page, 'outbox-count')
      .filter({ hasText: new RegExp(`^${count}$`) })
      .waitFor({ timeout: 60_000 });

  async function openChat(page, { requestId }) {
    await chatItem(page, requestId).click();
    await messages(page).last().waitFor();
  }

  /** Opens the page with a chat open, and waits until it is online. */
  async function openOnline(chat) {
    const opened = await openPage(world);
    await openChat(opened.page, chat);
    await connectionIs(opened.page, 'online');
    return opened;
  }

  /** Writes a message and waits until it is kept, in view and no longer in the field. */
  async function write(page, text) {
    await find(page, 'composer').fill(text);
    await find(page, 'send').click();
    const row = withText(page, text);
    await row.waitFor();
    await page.waitForFunction(() => document.querySelector('[data-testid=composer]').value === '');
    return row;
  }

  function statusIs(page, text, status) {
    return page
      .locator(`[data-testid=message][data-status=${status}]`)
      .filter({ hasText: text })
      .waitFor({ timeout: 60_000 });
  }

  /** The texts that the server has of those written here, in its order. */
  async function atServer({ requestId }, texts) {
    const page = await world.agent.call('GET', `/api/v1/chats/${requestId}/messages?limit=100`);
    return page.messages.map(({ content }) => content).filter((content) => texts.includes(content));
  }

  /** Status, number and text of the messages in the document that were written here, in their order. */
  const rowsOf = (page, texts) =>
    page.evaluate((written) => {
      const rows = [...document.querySelectorAll('[data-testid=message]')].map((row) => {
        const { status, sequence } = row.dataset;
        return { status, sequence: Number(sequence), text: row.querySelector('.content').textContent };
      });
      return rows.filter(({ text }) => written.includes(text));
    }, texts);

  it('ten messages written offline survive a killed browser and arrive once, in order', async () => {
    const chat = chats[3];
    const texts = Array.from(
      { length: 10 },
      (_, index) => `written offline ${String.fromCharCode(97 + index)}`,
    );
    const before = await openOnline(chat);
    await world.network.cut();
    await connectionIs(before.page, 'offline');
    for (const text of texts) await write(before.page, text);
    await world.restartBrowser();

    const { page, problems } = await openPage(world);
    await connectionIs(page, 'offline');
    await outboxCountIs(page, 10);
    await page.getByText('10 messages are sent when you are back online').waitFor();
    const first = await find(page, 'chat-item').first().getAttribute('data-id');
    assert.equal(first, chat.requestId);
    await chatItem(page, chat.requestId).locator('[data-testid=unsent]').waitFor();
    await openChat(page, chat);
    await withText(page, texts[9]).waitFor();
    const offline = await rowsOf(page, texts);
    assert.deepEqual(
      offline.map(({ text }) => text),
      texts,
    );
    assert.ok(offline.every(({ status, sequence }) => status === 'pending' && sequence >= 2 ** 52));
    assert.deepEqual(await atServer(chat, texts), []);

    await page.evaluate(() => {
      window.pending = [...document.querySelectorAll('[data-testid=message][data-status=pending]')];
    });
    await world.network.join();
    await outboxCountIs(page, 0);
    for (const text of texts) await statusIs(page, text, 'sent');
    assert.deepEqual(await atServer(chat, texts), texts);
    const online = await rowsOf(page, texts);
    assert.deepEqual(
      online.map(({ text }) => text),
      texts,
    );
    assert.ok(online.every(({ sequence }) => sequence <= chat.lastSequence + 10));
    const kept = await page.evaluate(() =>
      window.pending.map(({ isConnected, dataset }) => isConnected && dataset.status),
    );
    assert.deepEqual(kept, Array(10).fill('sent'));
    await chatItem(page, chat.requestId).locator('[data-testid=unsent]').waitFor({ state: 'detached' });
    assert.deepEqual(problems, []);
  });

  it('of a message that the server refuses the reason is shown; it can be discarded', async () => {
    const { page, problems } = await openOnline(chats[0]);
    await refuse();
    const row = await write(page, 'to be discarded');
    await statusIs(page, 'to be discarded', 'failed');
    await row.getByText('This is a fault that a test has set.').waitFor();
    await page.getByText('1 message couldn’t be sent').waitFor();
    await row.getByRole('button', { name: 'Discard' }).click();
    await row.waitFor({ state: 'detached' });
    await outboxCountIs(page, 0);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'composer');
    await setFault({});
    await write(page, 'after the discarded one');
    await statusIs(page, 'after the discarded one', 'sent');
    assert.deepEqual(await atServer(chats[0], ['to be discarded', 'after the discarded one']), [
      'after the discarded one',
    ]);
    assert.deepEqual(problems, []);
  });

  it('a refused message is tried again, alone or with all others, or edited', async () => {
    const { page, problems } = await openOnline(chats[0]);
    await refuse();
    const texts = ['refused first', 'refused second', 'refused third', 'refused fourth'];
    for (const text of texts) {
      await write(page, text);
      await statusIs(page, text, 'failed');
    }
    await outboxCountIs(page, 4);
    await setFault({});

    await withText(page, 'refused second').getByRole('button', { name: 'Try again' }).click();
    await statusIs(page, 'refused second', 'sent');
    await outboxCountIs(page, 3);
    await withText(page, 'refused first').getByRole('button', { name: 'Edit' }).click();
    await find(page, 'editing-bar').filter({ hasText: 'refused first' }).waitFor();
    assert.equal(await find(page, 'composer').inputValue(), 'refused first');
    await find(page, 'composer').fill('edited and sent');
    await find(page, 'send').click();
    await statusIs(page, 'edited and sent', 'sent');
    await find(page, 'editing-bar').waitFor({ state: 'detached' });
    await outboxCountIs(page, 2);

    await find(page, 'retry-all').click();
    await outboxCountIs(page, 0);
    for (const text of ['refused third', 'refused fourth']) await statusIs(page, text, 'sent');
    assert.deepEqual(await atServer(chats[0], [...texts, 'edited and sent']), [
      'refused second',
      'edited and sent',
      'refused third',
      'refused fourth',
    ]);
    assert.deepEqual(problems, []);
  });

  it('what waits can be edited and discarded while offline', async () => {
    const { page, problems } = await openOnline(chats[1]);
    await world.network.cut();
    await connectionIs(page, 'offline');
    const texts = ['will stay', 'will be edited', 'will be gone'];
    for (const text of texts) await write(page, text);
    const choose = async (text, action) => {
      await withText(page, text).hover();
      await withText(page, text).locator('[data-testid=message-actions]').click();
      await find(page, action).click();
    };
    await choose('will be gone', 'discard');
    await withText(page, 'will be gone').waitFor({ state: 'detached' });
    await choose('will be edited', 'edit');
    await find(page, 'composer').fill('was edited');
    await find(page, 'send').click();
    await statusIs(page, 'was edited', 'pending');
    await outboxCountIs(page, 2);

    await world.network.join();
    await outboxCountIs(page, 0);
    assert.deepEqual(await atServer(chats[1], [...texts, 'was edited']), ['will stay', 'was edited']);
    assert.deepEqual(problems, []);
  });

  it('a message of one’s own comes into view, also from far above', async () => {
    const { page } = await openOnline(chats[2]);
    const isInView = (row) =>
      row.evaluate((element) => {
        const { bottom } = element.getBoundingClientRect();
        return bottom <= element.closest('.scroller').getBoundingClientRect().bottom;
      });
    for (const text of ['at the bottom', 'still at the bottom']) {
      const row = await write(page, text);
      await until(() => isInView(row));
    }
    await find(page, 'message').last().hover();
    await page.mouse.wheel(0, -3000);
    await page.getByTitle('To the newest message').waitFor();
    const row = await write(page, 'from above');
    await until(() => isInView(row));
    await outboxCountIs(page, 0);
    await until(() => isInView(row));
  });

  it('a message that can’t be stored stays in the field, with the reason', async () => {
    const { page } = await openOnline(chats[6]);
    const [worker] = page.workers();
    await worker.evaluate(() => {
      const { put } = globalThis.IDBObjectStore.prototype;
      globalThis.mend = () => (globalThis.IDBObjectStore.prototype.put = put);
      globalThis.IDBObjectStore.prototype.put = () => {
        throw new globalThis.DOMException('No room is left.', 'QuotaExceededError');
      };
    });
    await find(page, 'composer').fill('must not get lost');
    await find(page, 'send').click();
    await page
      .getByText('Not sent. This device couldn’t store it')
      .filter({ hasText: 'No room is left' })
      .waitFor();
    assert.equal(await find(page, 'composer').inputValue(), 'must not get lost');
    assert.equal(await withText(page, 'must not get lost').count(), 0);

    await worker.evaluate(() => globalThis.mend());
    await find(page, 'send').click();
    await statusIs(page, 'must not get lost', 'sent');
    assert.equal(await find(page, 'composer').inputValue(), '');
    assert.deepEqual(await atServer(chats[6], ['must not get lost']), ['must not get lost']);
  });

  it('what a second tab writes is sent, and both tabs show it', async () => {
    const [leader, follower] = [await openOnline(chats[4]), await openPage(world)];
    await openChat(follower.page, chats[4]);
    await write(follower.page, 'from the second tab');
    for (const { page } of [leader, follower]) await statusIs(page, 'from the second tab', 'sent');

    await world.network.cut();
    await connectionIs(leader.page, 'offline');
    await write(follower.page, 'from the second tab, offline');
    for (const { page } of [leader, follower]) {
      await outboxCountIs(page, 1);
      await statusIs(page, 'from the second tab, offline', 'pending');
    }
    await world.network.join();
    for (const { page } of [leader, follower]) {
      await statusIs(page, 'from the second tab, offline', 'sent');
      await outboxCountIs(page, 0);
    }
    const texts = ['from the second tab', 'from the second tab, offline'];
    assert.deepEqual(await atServer(chats[4], texts), texts);
    assert.deepEqual([...leader.problems, ...follower.problems], []);
  });

  it('Background Sync sends what waits when no page is open', async () => {
    const texts = ['sent without a page', 'and so is this'];
    const { page } = await openOnline(chats[5]);
    await page.evaluate(() => {
      window.syncTags = [];
      const { register } = window.SyncManager.prototype;
      window.SyncManager.prototype.register = function (tag) {
        window.syncTags.push(tag);
        return register.call(this, tag);
      };
    });
    await world.network.cut();
    await connectionIs(page, 'offline');
    for (const text of texts) await write(page, text);
    await page.waitForFunction(() => window.syncTags.length > 0);
    const [tag] = await page.evaluate(() => window.syncTags);
    await page.close();
    await world.network.join();
    await nobodyLeads();
    await dispatchSync(tag);
    await until(async () => (await atServer(chats[5], texts)).length > 1);

    const again = await openOnline(chats[5]);
    for (const text of texts) await statusIs(again.page, text, 'sent');
    await outboxCountIs(again.page, 0);
    assert.deepEqual(await atServer(chats[5], texts), texts);
    assert.deepEqual(again.problems, []);
  });

  /** Waits until the worker of a page that was closed has let go of the database. */
  async function nobodyLeads() {
    const page = await world.context.newPage();
    await page.goto(`${world.network.url}api/v1/health`);
    await until(() => page.evaluate(async () => (await navigator.locks.query()).held.length === 0));
    await page.close();
  }

  /** Has the browser wake the service worker as it does when there is a network again. */
  async function dispatchSync(tag) {
    const [blank] = world.context.pages();
    assert.deepEqual(
      world.context.pages().map((page) => page.url()),
      ['about:blank'],
    );
    const session = await world.context.newCDPSession(blank);
    const registered = new Promise((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const found = registrations.find(
          ({ scopeURL, isDeleted }) => scopeURL === world.network.url && !isDeleted,
        );
        if (found) resolve(found.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.dispatchSyncEvent', {
      origin: new URL(world.network.url).origin,
      registrationId: await registered,
      tag,
      lastChance: false,
    });
    await session.detach();
  }
});
