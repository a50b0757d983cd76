/** The main job in the demo: a chat opens from disk, works offline, and catches up with one delta. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chatItem, connectionIs, messages, openPage, startWorld } from './support/world.mjs';

const MESSAGES = 'GET /api/v1/chats/:requestId/messages';

describe('the demo page', { timeout: 240_000 }, () => {
  let world;
  let chat;
  before(async () => {
    world = await startWorld();
    const { chats } = await world.agent.call('GET', '/api/v1/chats?limit=500');
    chat = chats.find(({ lastSequence }) => lastSequence > 1000);
  });
  after(() => world.end());

  const requests = async () => world.agent.call('GET', '/test/requests');

  const openChat = async (page, { requestId }) => {
    await chatItem(page, requestId).click();
    await messages(page).last().waitFor();
  };

  it('shows a chat offline after a reload and catches up with one delta', async () => {
    const { page, problems } = await openPage(world);
    await openChat(page, chat);
    const listed = await page.locator('[data-testid=chat-item]').count();
    const newest = page.locator(`[data-testid=message][data-sequence="${chat.lastSequence}"]`);
    await newest.waitFor();

    await world.network.cut();
    await connectionIs(page, 'offline');
    await page.reload();
    await newest.waitFor();
    assert.equal(await page.locator('[data-testid=chat-item]').count(), listed);
    await connectionIs(page, 'offline');

    const texts = ['first while away', 'second while away', 'third while away'];
    for (const text of texts) await world.agent.post(chat.requestId, text);
    await world.agent.call('DELETE', '/test/requests');
    await world.network.join();
    for (const text of texts) await messages(page).filter({ hasText: text }).waitFor({ timeout: 90_000 });
    await connectionIs(page, 'online');
    await page.evaluate(() => window.larder.sync());
    assert.equal((await requests())[MESSAGES], 1);
    assert.deepEqual(problems, []);
    await page.close();
  });

  it('scrolls a chat of over 1,000 messages to its start and keeps all of it', async () => {
    const { page } = await openPage(world);
    await openChat(page, chat);
    await messages(page).last().hover();
    const first = page.locator('[data-testid=message][data-sequence="1"]');
    while ((await first.count()) === 0) {
      await page.mouse.wheel(0, -4000);
      await page.evaluate(() => new Promise((done) => globalThis.requestAnimationFrame(done)));
    }
    await world.network.cut();
    await connectionIs(page, 'offline');
    await page.reload();
    await messages(page).last().waitFor();
    const summary = await page.evaluate(
      async (requestId) => (await window.larder.chat(requestId).messages({ limit: 5000 })).messages.length,
      chat.requestId,
    );
    const { totalMessageCount } = await world.agent.call(
      'GET',
      `/api/v1/chats/${chat.requestId}/messages?limit=1`,
    );
    assert.equal(summary, totalMessageCount);
    await page.close();
    await world.network.join();
  });

  it('sends while online, and the other user sees it at once', async () => {
    const [mine, theirs] = [await openPage(world, 'customer'), await openPage(world, 'agent')];
    for (const { page } of [mine, theirs]) await openChat(page, chat);
    await connectionIs(mine.page, 'online');
    await mine.page.locator('[data-testid=composer]').fill('is anybody there?');
    await mine.page.locator('[data-testid=send]').click();
    for (const { page } of [mine, theirs]) {
      await messages(page).filter({ hasText: 'is anybody there?' }).waitFor();
    }
    assert.deepEqual([...mine.problems, ...theirs.problems], []);
    for (const { page } of [mine, theirs]) await page.close();
  });
});
