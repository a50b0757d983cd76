/** Own messages are edited and deleted, and what was read is known at once, in the demo. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { chatItem, connectionIs, find, messages, openPage, startWorld } from './support/world.mjs';

describe('own messages and reading', { timeout: 240_000 }, () => {
  let world;
  let chats;
  before(async () => {
    world = await startWorld({ generate: { chats: 4, messages: 120 } });
    ({ chats } = await world.agent.call('GET', '/api/v1/chats'));
  });
  after(() => world.end());
  afterEach(async () => {
    await setFault({});
    const [, ...opened] = world.context.pages();
    for (const page of opened) await page.close();
  });

  const setFault = (fault) => world.agent.call('POST', '/test/faults', fault);
  const messageWith = (page, id) => page.locator(`[data-testid=message][data-id="${id}"]`);

  async function openChat(page, { requestId }) {
    await chatItem(page, requestId).click();
    await messages(page).last().waitFor();
  }

  /** Both users in one chat; `end` makes sure that neither page was reloaded or had an error. */
  async function openBoth(chat) {
    const opened = [await openPage(world, 'customer'), await openPage(world, 'agent')];
    for (const { page } of opened) {
      await openChat(page, chat);
      await connectionIs(page, 'online');
      await page.evaluate(() => (window.isSamePage = true));
    }
    const [customer, agent] = opened.map(({ page }) => page);
    await customer.bringToFront();
    const end = async () => {
      for (const { page, problems } of opened) {
        assert.equal(await page.evaluate(() => window.isSamePage), true);
        assert.deepEqual(problems, []);
      }
    };
    return { customer, agent, end };
  }

  /** A message that the customer has just sent. */
  async function sent(page, chat, text) {
    const { id } = await world.customer.post(chat.requestId, text);
    await messageWith(page, id).waitFor();
    return id;
  }

  async function choose(page, id, action) {
    await messageWith(page, id).hover();
    await messageWith(page, id).locator('[data-testid=message-actions]').click();
    await find(page, action).click();
  }

  it('an edited message changes for the other user without a reload', async () => {
    const { customer, agent, end } = await openBoth(chats[0]);
    const id = await sent(customer, chats[0], 'the first text');
    const field = find(customer, 'composer');
    await choose(customer, id, 'edit');
    await find(customer, 'editing-bar').waitFor();
    assert.equal(await field.inputValue(), 'the first text');

    await field.fill('the second text');
    await find(customer, 'send').click();
    for (const page of [customer, agent]) {
      await messageWith(page, id)
        .filter({ hasText: 'the second text' })
        .filter({ hasText: 'edited' })
        .waitFor();
    }
    await find(customer, 'editing-bar').waitFor({ state: 'detached' });
    assert.equal(await field.inputValue(), '');
    await end();
  });

  it('Arrow Up edits the newest own message, Escape leaves it, and the draft stays', async () => {
    const { customer, end } = await openBoth(chats[0]);
    const id = await sent(customer, chats[0], 'never changed');
    const field = find(customer, 'composer');
    await field.focus();
    await field.press('ArrowUp');
    await find(customer, 'editing-bar').filter({ hasText: 'never changed' }).waitFor();
    await field.fill('thrown away');
    await field.press('Escape');
    await find(customer, 'editing-bar').waitFor({ state: 'detached' });
    assert.equal(await field.inputValue(), '');

    await field.fill('a draft');
    await field.press('ArrowUp');
    assert.equal(await find(customer, 'editing-bar').count(), 0);
    await choose(customer, id, 'edit');
    assert.equal(await field.inputValue(), 'never changed');
    await field.press('Escape');
    await find(customer, 'editing-bar').waitFor({ state: 'detached' });
    assert.equal(await field.inputValue(), 'a draft');
    await messageWith(customer, id).filter({ hasText: 'never changed' }).waitFor();
    await end();
  });

  it('an edit that the server refuses keeps its text and says why', async () => {
    const { customer, agent, end } = await openBoth(chats[0]);
    const id = await sent(customer, chats[0], 'before the fault');
    await choose(customer, id, 'edit');
    await setFault({ method: 'PATCH', status: 500, times: 1 });
    await find(customer, 'composer').fill('after the fault');
    await find(customer, 'send').click();
    await customer.getByText('Not saved.').waitFor();
    assert.equal(await find(customer, 'composer').inputValue(), 'after the fault');
    await find(customer, 'send').click();
    await messageWith(agent, id).filter({ hasText: 'after the fault' }).waitFor();
    await end();
  });

  it('a deleted message goes for the other user without a reload, after a question', async () => {
    const { customer, agent, end } = await openBoth(chats[0]);
    const id = await sent(customer, chats[0], 'to be deleted');
    await messageWith(agent, id).waitFor();
    await choose(customer, id, 'delete');
    await find(customer, 'delete-dialog').filter({ hasText: 'to be deleted' }).waitFor();
    await customer.keyboard.press('Escape');
    await find(customer, 'delete-dialog').waitFor({ state: 'detached' });
    await messageWith(customer, id).waitFor();

    await choose(customer, id, 'delete');
    await setFault({ method: 'DELETE', status: 500, times: 1 });
    await find(customer, 'confirm-delete').click();
    await find(customer, 'delete-dialog').getByText('Not deleted.').waitFor();
    await find(customer, 'confirm-delete').click();
    for (const page of [customer, agent]) await messageWith(page, id).waitFor({ state: 'detached' });
    await find(customer, 'delete-dialog').waitFor({ state: 'detached' });
    assert.equal(await customer.evaluate(() => document.activeElement.dataset.testid), 'composer');
    await end();
  });

  it('all of it can be reached by keyboard', async () => {
    const { customer, agent, end } = await openBoth(chats[0]);
    const ids = [];
    for (const text of ['the older one', 'the newer one']) ids.push(await sent(customer, chats[0], text));
    await find(customer, 'composer').focus();
    await customer.keyboard.press('Shift+Tab');
    await customer.keyboard.press('ArrowUp');
    await customer.keyboard.press('Enter');
    await find(customer, 'edit').waitFor();
    await customer.keyboard.press('Escape');
    await find(customer, 'edit').waitFor({ state: 'detached' });
    await customer.keyboard.press('Enter');
    await customer.keyboard.press('ArrowDown');
    await customer.keyboard.press('Enter');
    await find(customer, 'delete-dialog').filter({ hasText: 'the older one' }).waitFor();
    await customer.keyboard.press('Tab');
    await customer.keyboard.press('Enter');
    await messageWith(agent, ids[0]).waitFor({ state: 'detached' });
    await messageWith(agent, ids[1]).waitFor();
    await end();
  });

  it('offline nothing can be changed, and the menu says why', async () => {
    const { page } = await openPage(world);
    await openChat(page, chats[0]);
    await connectionIs(page, 'online');
    const id = await sent(page, chats[0], 'cannot be changed offline');
    await world.network.cut();
    await connectionIs(page, 'offline');
    await messageWith(page, id).hover();
    await messageWith(page, id).locator('[data-testid=message-actions]').click();
    for (const action of ['edit', 'delete']) {
      assert.equal(await find(page, action).getAttribute('aria-disabled'), 'true');
    }
    await page.getByText('Messages can be changed when you are back online.').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await find(page, 'composer').press('ArrowUp');
    assert.equal(await find(page, 'editing-bar').count(), 0);

    await world.network.join();
    await connectionIs(page, 'online');
    await choose(page, id, 'edit');
    await find(page, 'editing-bar').waitFor();
  });

  it('a chat read offline is read at once, and the server knows after coming back', async () => {
    const [, chat, other] = chats;
    const { page } = await openPage(world);
    const badge = chatItem(page, chat.requestId).locator('[data-testid=unread]');
    await openChat(page, chat);
    await badge.waitFor({ state: 'detached' });
    await openChat(page, other);
    for (const text of ['one', 'two', 'three']) await world.agent.post(chat.requestId, text);
    await badge.filter({ hasText: '3' }).waitFor();
    await page.evaluate((requestId) => window.larder.chat(requestId).sync(), chat.requestId);

    await world.network.cut();
    await connectionIs(page, 'offline');
    await chatItem(page, chat.requestId).click();
    await messages(page).filter({ hasText: 'three' }).waitFor();
    await badge.waitFor({ state: 'detached' });
    await page.reload();
    await messages(page).filter({ hasText: 'three' }).waitFor();
    await connectionIs(page, 'offline');
    assert.equal(await badge.count(), 0);
    assert.equal(await unreadAtServer(chat), 3);

    const receipt = page.waitForResponse((response) => response.url().endsWith(`${chat.requestId}/read`));
    await world.network.join();
    assert.equal((await receipt).status(), 200);
    assert.equal(await unreadAtServer(chat), 0);
    assert.equal(await badge.count(), 0);
  });

  async function unreadAtServer({ requestId }) {
    const found = await world.customer.call('GET', '/api/v1/chats');
    return found.chats.find((chat) => chat.requestId === requestId).unreadCount;
  }

  it('the header says when a chat is not up to date, and tries again', async () => {
    const { page } = await openPage(world);
    await openChat(page, chats[2]);
    await connectionIs(page, 'online');
    const status = find(page, 'chat-status');
    await setFault({ method: 'GET', match: '/messages$', status: 400 });
    await world.agent.post(chats[2].requestId, 'not yet to be seen');
    await status.getByText('Not up to date').waitFor();
    await setFault({});
    await status.getByRole('button', { name: 'Try again' }).click();
    await messages(page).filter({ hasText: 'not yet to be seen' }).waitFor();
    await status.getByText('Not up to date').waitFor({ state: 'detached' });
  });
});
