/** Pictures, films, sounds and files in the demo: kept, played offline, tried again, counted and cleared. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { chatItem, connectionIs, find, messages, openPage, startWorld } from './support/world.mjs';

const DOWNLOADS = 'GET /api/v1/media/:id/download';
const MEGABYTE = 1024 * 1024;

describe('media in the demo', { timeout: 280_000 }, () => {
  let world;
  let chats;
  before(async () => {
    world = await startWorld({ generate: { chats: 8, messages: 60 } });
    ({ chats } = await world.agent.call('GET', '/api/v1/chats'));
  });
  after(() => world.end());
  afterEach(async () => {
    await setFault({});
    const [, ...opened] = world.context.pages();
    for (const page of opened) await page.close();
  });

  const setFault = (fault) => world.agent.call('POST', '/test/faults', { match: '/download$', ...fault });
  const media = (page, { kind, state } = {}) =>
    page.locator(`[data-testid=media]${kind ? `.is-${kind}` : ''}${state ? `[data-state=${state}]` : ''}`);
  /** How many downloads there were since the last time. */
  const downloads = async () => {
    const { [DOWNLOADS]: count = 0 } = await world.agent.call('GET', '/test/requests');
    await world.agent.call('DELETE', '/test/requests');
    return count;
  };

  async function openChat(page, { requestId }) {
    await chatItem(page, requestId).click();
    await messages(page).last().waitFor();
  }

  /** Opens the page with nothing of a chat's files on the device, and online. */
  async function openWithout(chat) {
    const opened = await openPage(world);
    await connectionIs(opened.page, 'online');
    await opened.page.evaluate((id) => window.larder.media.delete(id), chat.requestId);
    await downloads();
    return opened;
  }

  /** Has the page look for the server at once, not when its pause is over. */
  async function reconnect(page) {
    await world.network.join();
    await page.evaluate(() => window.larder.sync().catch(() => {}));
    await connectionIs(page, 'online');
  }

  /** Waits until all files of the open chat are in a state; how many they are. */
  async function allAre(page, count, state) {
    await media(page, { state })
      .nth(count - 1)
      .waitFor();
    assert.equal(await media(page).count(), count);
  }

  it('what was looked at once is there offline, after a reload', async () => {
    const { page, problems } = await openWithout(chats[1]);
    await openChat(page, chats[1]);
    await allAre(page, 3, 'completed');
    assert.equal(await downloads(), 3);
    await world.network.cut();
    await connectionIs(page, 'offline');
    await page.reload();
    await allAre(page, 3, 'completed');
    const shown = await page.evaluate(async () => {
      const picture = document.querySelector('.is-picture img');
      await picture.decode();
      const sound = document.querySelector('audio');
      if (!sound.readyState) await new Promise((done) => (sound.onloadedmetadata = done));
      return [picture.naturalWidth, Math.round(sound.duration)];
    });
    assert.deepEqual(shown, [840, 6]);
    const saved = media(page, { kind: 'file' }).locator('a[download="printd.log"]');
    assert.match(await saved.getAttribute('href'), /^blob:/);
    await reconnect(page);
    assert.equal(await downloads(), 0);
    assert.deepEqual(problems, []);
  });

  it('a cached film is scrolled through offline: the service worker answers ranges', async () => {
    const { page, problems } = await openWithout(chats[0]);
    await openChat(page, chats[0]);
    await allAre(page, 3, 'completed');
    await world.network.cut();
    await connectionIs(page, 'offline');
    await page.reload();
    const film = page.locator('video');
    await film.waitFor();
    assert.match(await film.getAttribute('src'), /^\/chatlarder\//);
    const seen = await film.evaluate(async (video) => {
      const yellow = [];
      for (const time of [15.05, 2.05, 19.05]) {
        video.currentTime = time;
        await new Promise((done) => (video.onseeked = done));
        const canvas = new globalThis.OffscreenCanvas(video.videoWidth, video.videoHeight);
        const drawing = canvas.getContext('2d');
        drawing.drawImage(video, 0, 0);
        const row = drawing.getImageData(0, video.videoHeight - 4, video.videoWidth, 1).data;
        let length = 0;
        while (length < video.videoWidth && row[length * 4] > 190 && row[length * 4 + 2] < 120) length += 1;
        yellow.push(Math.round((20 * length) / video.videoWidth));
      }
      return yellow;
    });
    assert.deepEqual(seen, [15, 2, 19]);
    const status = await film.evaluate(async ({ src }) => {
      const part = await fetch(src, { headers: { range: 'bytes=100-199' } });
      return [part.status, part.headers.get('content-range'), (await part.arrayBuffer()).byteLength];
    });
    assert.deepEqual([status[0], status[2]], [206, 100]);
    assert.match(status[1], /^bytes 100-199\/\d{7}$/);
    assert.deepEqual(problems, []);
    await world.network.join();
  });

  it('progress is shown while it comes', async () => {
    const { page } = await openWithout(chats[4]);
    await setFault({ stallAfter: 1_500_000 });
    await openChat(page, chats[4]);
    const film = media(page, { kind: 'film', state: 'downloading' });
    await film.waitFor();
    await page.waitForFunction(() => document.querySelector('.is-film progress')?.value > 40);
    const value = await film.locator('progress').evaluate((progress) => progress.value);
    assert.ok(value < 60, `${value}`);
    await setFault({});
    await media(page, { kind: 'film', state: 'completed' }).waitFor();
  });

  it('what breaks off goes on where it was', async () => {
    const { page } = await openWithout(chats[4]);
    const { messages: newest } = await world.agent.call(
      'GET',
      `/api/v1/chats/${chats[4].requestId}/messages`,
    );
    const { fileName } = newest.find(({ fileMimeType }) => fileMimeType === 'video/mp4');
    await setFault({ match: `${fileName}/download$`, cutAfter: 1_000_000, times: 1 });
    await openChat(page, chats[4]);
    await allAre(page, 2, 'completed');
    assert.equal(await downloads(), 3);
    const { problems } = await page.evaluate(() => window.larder.verify());
    assert.deepEqual(problems, []);
  });

  it('of what the server refuses the reason is shown, and it can be tried again', async () => {
    const { page, problems } = await openWithout(chats[2]);
    await setFault({ status: 403 });
    await openChat(page, chats[2]);
    await allAre(page, 3, 'failed');
    const first = media(page).first();
    await first.getByText('This is a fault that a test has set.').waitFor();
    await setFault({});
    await first.getByRole('button', { name: 'Try again' }).click();
    await media(page, { state: 'completed' }).waitFor();
    assert.equal(await media(page, { state: 'failed' }).count(), 2);
    assert.deepEqual(problems, []);
  });

  it('wrong bytes are never shown', async () => {
    const { page } = await openWithout(chats[2]);
    await setFault({ wrongBytes: true });
    await openChat(page, chats[2]);
    await allAre(page, 3, 'failed');
    await media(page).first().getByText('What came isn’t what the server has.').waitFor();
    assert.equal(await media(page).locator('img').count(), 0);
    await setFault({});
    await media(page).first().getByRole('button', { name: 'Try again' }).click();
    await media(page, { state: 'completed' }).waitFor();
  });

  it('what needed a connection comes by itself when there is one', async () => {
    const { page } = await openWithout(chats[2]);
    await world.network.cut();
    await connectionIs(page, 'offline');
    await openChat(page, chats[2]);
    await allAre(page, 3, 'failed');
    await reconnect(page);
    await allAre(page, 3, 'completed');
  });

  it('a picture that had to make room is still there in small, offline', async () => {
    const { page } = await openWithout(chats[3]);
    await openChat(page, chats[3]);
    await allAre(page, 2, 'completed');
    await page.waitForFunction(async (id) => {
      const kept = await window.larder.media.list(id);
      return kept.some(({ thumbnailBlobKey }) => thumbnailBlobKey);
    }, chats[3].requestId);
    await page.evaluate((id) => window.larder.media.evict(10_000, id), chats[3].requestId);
    await world.network.cut();
    await connectionIs(page, 'offline');
    await page.reload();
    const picture = media(page, { kind: 'picture', state: 'failed' });
    await picture.locator('img.is-thumbnail').waitFor();
    await picture.getByRole('button', { name: 'Try again' }).waitFor();
    await reconnect(page);
    await media(page, { kind: 'picture', state: 'completed' }).waitFor();
  });

  it('an SVG is offered as a file, under its name, and not as an SVG', async () => {
    const { page } = await openWithout(chats[3]);
    await openChat(page, chats[3]);
    await allAre(page, 2, 'completed');
    const file = media(page, { kind: 'file' });
    assert.equal(await file.locator('img').count(), 0);
    assert.match(await file.locator('a[download="Floor plan.svg"]').getAttribute('href'), /^blob:/);
    const type = await file.evaluate(async ({ dataset: { filename } }) => {
      const [, requestId] = /chat\/(.+)$/.exec(location.hash);
      const url = await window.larder.media.url(requestId, filename);
      url.revoke();
      return url.mimeType;
    });
    assert.equal(type, 'application/octet-stream');
  });

  it('a picture is enlarged; Escape goes back to the chat', async () => {
    const { page } = await openPage(world);
    await openChat(page, chats[3]);
    await media(page, { kind: 'picture', state: 'completed' }).getByRole('button').click();
    await find(page, 'lightbox').waitFor();
    await page.keyboard.press('Escape');
    await find(page, 'lightbox').waitFor({ state: 'detached' });
    assert.ok(await messages(page).last().isVisible());
  });

  describe('the settings', () => {
    /** Opens the settings after a look at some chats. */
    async function openSettings(looked) {
      const opened = await openPage(world);
      const { page } = opened;
      await connectionIs(page, 'online');
      for (const chat of looked) {
        await openChat(page, chat);
        await media(page, { state: 'completed' }).first().waitFor();
        await page.waitForFunction(
          () => !document.querySelector('[data-testid=media]:not([data-state=completed])'),
        );
      }
      await find(page, 'settings').click();
      await find(page, 'stats-total').waitFor();
      return opened;
    }
    const bytesOf = async (locator) => Number(await locator.getAttribute('data-bytes'));
    /** Waits until the page shows what the larder has; its statistics. */
    async function settled(page) {
      await page.waitForFunction(async () => {
        const { totalSize } = await window.larder.stats();
        return Number(document.querySelector('[data-testid=stats-total]').dataset.bytes) === totalSize;
      });
      return page.evaluate(() => window.larder.stats());
    }

    it('what is used is shown by type and by chat, and adds up', async () => {
      const { page, problems } = await openSettings(chats.slice(0, 3));
      const stats = await settled(page);
      for (const name of ['types', 'chats']) {
        const parts = await find(page, `usage-${name}`).locator('li').all();
        const sizes = await Promise.all(parts.map(bytesOf));
        assert.equal(
          sizes.reduce((sum, size) => sum + size, 0),
          stats.totalSize,
          name,
        );
      }
      const film = find(page, 'usage-types').locator('[data-key=film]');
      assert.ok((await bytesOf(film)) > 2.5 * MEGABYTE);
      assert.deepEqual(problems, []);
    });

    it('hits are counted, and plotted over time', async () => {
      const { page } = await openSettings([chats[1]]);
      const before = await settled(page);
      await openChat(page, chats[1]);
      await allAre(page, 3, 'completed');
      await find(page, 'settings').click();
      await page.waitForFunction(
        (hits) => Number(document.querySelector('[data-testid=hit-rate]')?.dataset.hits) >= hits + 3,
        before.cacheHits,
      );
      await find(page, 'hit-plot').locator('polyline').waitFor({ state: 'attached' });
    });

    it('a pinned chat stays when all is cleared; one chat can be cleared by itself', async () => {
      const { page } = await openSettings(chats.slice(0, 3));
      const row = (chat) => page.locator(`[data-testid=stored-chat][data-id="${chat.requestId}"]`);
      await row(chats[2]).locator('[data-testid=clear-chat]').click();
      await row(chats[2]).waitFor({ state: 'detached' });
      await row(chats[1]).locator('[data-testid=pin]').click();
      await page.locator(`[data-id="${chats[1].requestId}"][data-pinned=true]`).waitFor();
      await find(page, 'clear-media').click();
      await row(chats[0]).waitFor({ state: 'detached' });
      const { mediaSize, byChat } = await settled(page);
      const pinned = byChat.find(({ requestId }) => requestId === chats[1].requestId);
      assert.ok(mediaSize > 0);
      assert.equal(pinned.mediaSize, mediaSize);
      await row(chats[1]).locator('[data-testid=pin]').click();
      await page.locator(`[data-id="${chats[1].requestId}"][data-pinned=false]`).waitFor();
    });

    it('a lower limit makes room at once, and holds after a reload', async () => {
      const { page } = await openSettings(chats.slice(0, 3));
      const slider = find(page, 'limit');
      await slider.focus();
      await slider.press('Home');
      await page.waitForFunction(
        (limit) => Number(document.querySelector('[data-testid=stats-total]').dataset.bytes) <= limit,
        2 * MEGABYTE,
      );
      await page.reload();
      await find(page, 'stats-total').waitFor();
      assert.equal(await slider.inputValue(), '0');
      await openChat(page, chats[0]);
      await allAre(page, 3, 'completed');
      assert.ok((await page.evaluate(() => window.larder.stats())).totalSize <= 2 * MEGABYTE);
      await find(page, 'settings').click();
      await slider.press('End');
      await page.waitForFunction(() => window.localStorage.getItem('chatlarder-demo:limit:customer') > 1e9);
    });

    it('check finds what is damaged, and repair fetches it again', async () => {
      const { page } = await openSettings([chats[2]]);
      const report = find(page, 'check-report');
      await find(page, 'verify').click();
      await report.getByText('All is in order.').waitFor();
      await page.evaluate(async () => {
        const db = await new Promise((resolve, reject) => {
          const opening = indexedDB.open(window.larder.databaseName);
          opening.onsuccess = () => resolve(opening.result);
          opening.onerror = () => reject(opening.error);
        });
        const transaction = db.transaction(['media_meta', 'media_blobs'], 'readwrite');
        const done = new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onabort = () => reject(transaction.error);
        });
        const blobs = transaction.objectStore('media_blobs');
        transaction.objectStore('media_meta').getAll().onsuccess = ({ target }) => {
          const { localBlobKey } = target.result.find(
            (meta) => meta.localBlobKey && meta.mimeType === 'image/jpeg',
          );
          blobs.get(localBlobKey).onsuccess = ({ target: { result } }) => {
            const wrong = new Uint8Array(result.size);
            blobs.put({
              ...result,
              data: result.data instanceof window.Blob ? new window.Blob([wrong]) : wrong.buffer,
            });
          };
        };
        await done;
        db.close();
      });
      await find(page, 'verify').click();
      await report.getByText('1 file isn’t what the server has').waitFor();
      await find(page, 'repair').click();
      await report.getByText('1 to be fetched again').waitFor();
      await page.waitForFunction(async () => (await window.larder.verify()).problems.length === 0);
      await find(page, 'verify').click();
      await report.getByText('All is in order.').waitFor();
    });
  });
});
