/** The page stays free: what the package does in it never takes long at a time, whatever comes in. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSampling, watchTasks } from './support/samples.mjs';
import { chatItem, messages, startWorld } from './support/world.mjs';

const CHATS = 20;
const MESSAGES = 1000;
const LONG_MS = 50;

const assets = fileURLToPath(new URL('../../web-demo/dist/assets/', import.meta.url));

/** In the page: fetches everything of all chats. */
async function ingestAll() {
  const fetchAll = async ({ requestId }) => {
    const chat = window.larder.chat(requestId);
    await chat.sync();
    for (let before; before !== 1;) {
      const { messages, gaps } = await chat.messages({ limit: 100, before });
      if (gaps[0]) await chat.fill(gaps[0]);
      else before = messages[0].sequenceNumber;
    }
  };
  for (const chat of await window.larder.chats()) await fetchAll(chat);
}

describe('the page of the demo', { timeout: 280_000 }, () => {
  let world;
  before(async () => {
    world = await startWorld({ generate: { chats: CHATS, messages: MESSAGES } });
  });
  after(() => world.end());

  /** Opens the page at the newest chat; `change` may change its requests before. */
  async function open(change = () => {}) {
    const page = await world.context.newPage();
    await page.addInitScript(watchTasks);
    await change(page);
    await page.goto(`${world.network.url}?user=customer`);
    const { chats } = await world.agent.call('GET', '/api/v1/chats');
    await chatItem(page, chats[0].requestId).click();
    await messages(page).last().waitFor();
    return page;
  }

  /** Something of ours that takes long is noticed, so that nothing noticed means something. */
  it('is watched: a loop planted in one of our scripts is found', async () => {
    const page = await open((opened) =>
      opened.route(/\/assets\/link-[^/]*\.js$/, async (route) => {
        const [name] = new URL(route.request().url()).pathname.split('/').slice(-1);
        const text = await readFile(`${assets}${name}`, 'utf8');
        const loop =
          'globalThis.plant=()=>{for(const start=performance.now();performance.now()<start+120;);};';
        await route.fulfill({ contentType: 'text/javascript', body: text.replace(/\n?$/, `${loop}\n`) });
      }),
    );
    await page.waitForFunction(() => window.plant);
    const sampling = await startSampling(world.context, page);
    await page.evaluate(() => {
      const planted = new Promise((resolve) => setTimeout(() => resolve(window.plant())));
      return planted.then(() => new Promise((resolve) => setTimeout(resolve)));
    });
    await page.waitForFunction(() => window.longTasks.some(({ duration }) => duration >= 50));
    const { tasks } = await sampling.stop();
    assert.ok(
      tasks.some(({ ours }) => ours > LONG_MS),
      JSON.stringify(tasks),
    );
    await page.close();
  });

  it('has no long task of ours while 20,000 messages come in and are scrolled through', async () => {
    const page = await open();
    const sampling = await startSampling(world.context, page);
    await page.evaluate(`window.ingested = (${ingestAll})().then(() => true)`);
    await messages(page).last().hover();
    const first = page.locator('[data-testid=message][data-sequence="1"]');
    while ((await first.count()) === 0) {
      await page.mouse.wheel(0, -3000);
      await page.evaluate(() => new Promise((done) => globalThis.requestAnimationFrame(done)));
    }
    await page.evaluate(() => window.ingested);
    const { tasks, total } = await sampling.stop();
    assert.ok(total > 0, 'samples were found to be ours');
    assert.deepEqual(
      tasks.filter(({ ours }) => ours >= LONG_MS),
      [],
    );
    const { messages: stored } = await page.evaluate(() => window.larder.verify());
    assert.ok(stored >= CHATS * MESSAGES, `${stored}`);
    await page.close();
  });
});
