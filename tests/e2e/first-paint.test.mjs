/** What is on the device is shown before worker, WebAssembly and server have said anything. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chatItem, connectionIs, find, messages, openPage, startWorld, until } from './support/world.mjs';

/** What comes late, in the order in which each lets the next be asked for. */
const LATE = {
  worker: /\/assets\/(worker|serve)-[^/]*\.js$/,
  wasm: /\/assets\/chatlarder-[^/]*\.wasm$/,
  api: /\/api\//,
};

/** Keeps requests waiting until they are let go, kind by kind. */
class Gates {
  #kinds = Object.entries(LATE).map(([name, pattern]) => ({ name, pattern, waiting: [], open: false }));

  async hold(context) {
    for (const kind of this.#kinds)
      await context.route(kind.pattern, (route) => {
        if (kind.open) return route.continue();
        kind.waiting.push(route);
      });
  }

  isHeld(name) {
    return this.#find(name).waiting.length > 0;
  }

  async letGo(name) {
    const kind = this.#find(name);
    kind.open = true;
    for (const route of kind.waiting.splice(0)) await route.continue();
  }

  #find(name) {
    return this.#kinds.find((kind) => kind.name === name);
  }
}

describe('the first paint of the demo', { timeout: 240_000 }, () => {
  let world;
  let chat;
  before(async () => {
    world = await startWorld({ generate: { chats: 8, messages: 120 } });
    ({
      chats: [chat],
    } = await world.agent.call('GET', '/api/v1/chats'));
  });
  after(() => world.end());

  const newest = (page) => page.locator(`[data-testid=message][data-sequence="${chat.lastSequence}"]`);

  /** A visit leaves the chat on the device, and no service worker that has the scripts at hand. */
  async function visit() {
    const { page } = await openPage(world);
    await chatItem(page, chat.requestId).click();
    await newest(page).waitFor();
    await connectionIs(page, 'online');
    const count = await find(page, 'chat-item').count();
    await page.evaluate(async () => {
      for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
    });
    await page.close();
    await world.context.route('**/sw.js', (route) => route.abort());
    return count;
  }

  it('waits for neither worker, WebAssembly nor server, which follow in any order', async () => {
    const count = await visit();
    const gates = new Gates();
    await gates.hold(world.context);
    const page = await world.context.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${world.network.url}?user=customer`);
    /** The list and a chat are there, though no answer came. */
    const isShown = async () => {
      await find(page, 'chat-item')
        .nth(count - 1)
        .waitFor();
      await newest(page).waitFor();
      assert.equal(await messages(page).filter({ hasText: 'written meanwhile' }).count(), 0);
    };
    await chatItem(page, chat.requestId).click();
    await world.agent.post(chat.requestId, 'written meanwhile');
    for (const name of ['worker', 'wasm', 'api']) {
      await until(() => gates.isHeld(name));
      await isShown();
      await gates.letGo(name);
    }
    await messages(page).filter({ hasText: 'written meanwhile' }).waitFor();
    await connectionIs(page, 'online');
    assert.deepEqual(problems, []);
  });
});
