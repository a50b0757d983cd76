/** The demo shows the package's inspector where its address says so, and loads it only then. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connectionIs, openPage, startWorld } from './support/world.mjs';

describe('the inspector in the demo', { timeout: 120_000 }, () => {
  let world;
  before(async () => (world = await startWorld({ generate: { chats: 3, messages: 60 } })));
  after(() => world.end());

  const inspector = (page) => page.locator('chatlarder-inspector');

  it('is below the page at ?inspect, and shows what is stored and done', async () => {
    const { page, problems } = await openPage(world, 'customer&inspect');
    await connectionIs(page, 'online');
    await inspector(page).locator('.stores tr', { hasText: 'chat_meta' }).waitFor();
    await page.locator('[data-testid=chat-item]').first().click();
    await page.locator('[data-testid=message]').last().waitFor();
    await inspector(page).locator('[data-view=steps]').click();
    await inspector(page).locator('.event', { hasText: 'fetchMessages → 200' }).first().waitFor();
    const [composer, panel] = await Promise.all([
      page.locator('[data-testid=composer]').boundingBox(),
      inspector(page).boundingBox(),
    ]);
    assert.ok(composer.y + composer.height <= panel.y, 'the inspector covers nothing of the page');
    assert.deepEqual(problems, []);
    await page.close();
  });

  it('is not loaded elsewhere', async () => {
    const { page } = await openPage(world);
    await connectionIs(page, 'online');
    assert.equal(await page.evaluate(() => customElements.get('chatlarder-inspector')), undefined);
    assert.equal(await inspector(page).count(), 0);
  });
});
