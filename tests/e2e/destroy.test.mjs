/** After logging out nothing of what was read is left in the browser's files. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CUSTOMER } from '../../web-demo/server/auth.mjs';
import { loadMessages } from '../../web-demo/server/load.mjs';
import { MediaFiles } from '../../web-demo/server/media-files.mjs';
import { find, messages, openPage, startWorld, until } from './support/world.mjs';

const SMALL_BYTES = 50_000;
/** From 4 MiB on, files lie in the origin private file system. */
const LARGE_BYTES = 5_000_000;
/** The browser's own notes of the titles of pages, which no page can delete. */
const TITLES = /^Default\/(History|Sessions\/|Favicons|Visited|Top Sites)/;

/**
 * What a page holds as a Blob at the end keeps its file until nobody holds it, or until the site's storage is
 * opened next.
 */
const BLOBS = /\.indexeddb\.blob\//;

/** Where the marker is in a chat: in its name, its messages' texts, and its files. */
const marker = `marker${crypto.randomUUID().replaceAll('-', '')}`;

function fileOf(bytes, filename) {
  const media = { deviceId: `laptop-${bytes}`, cameraId: 'files', reason: 'chat_file', isScreenshot: false };
  const content = Buffer.alloc(bytes, '.');
  for (let at = 0; at < bytes - 100; at += 4000) content.write(`${marker} in a file`, at);
  return { ...media, mimeType: 'text/plain', filename, bytes: () => content };
}

function* chatsWithMarker(chats, count) {
  const files = new Map([
    [count - 1, fileOf(LARGE_BYTES, 'large.txt')],
    [count, fileOf(SMALL_BYTES, 'small.txt')],
  ]);
  for (let chat = 1; chat <= chats; chat += 1)
    for (let seq = 1; seq <= count; seq += 1) {
      const text = `${marker} in message ${seq} of chat ${chat}`;
      const time = new Date(Date.UTC(2026, 0, chat, 0, 0, seq)).toISOString();
      const media = files.has(seq) ? { media: files.get(seq) } : {};
      const title = `${marker} in a name ${chat}`;
      yield { chat: `chat ${chat}`, title, seq, time, nick: 'robin', sender: CUSTOMER, text, ...media };
    }
}

/** The files of a profile with the marker in them, however it is written there. */
async function filesWithMarker(profile) {
  const found = [];
  const needles = [Buffer.from(marker), Buffer.from(marker, 'utf16le')];
  for (const entry of await readdir(profile, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0)); // it has just gone
    if (needles.some((needle) => bytes.includes(needle))) found.push(relative(profile, path));
  }
  return found.filter((path) => !TITLES.test(path));
}

describe('logging out of the demo', { timeout: 280_000 }, () => {
  let world;
  before(async () => {
    world = await startWorld({});
    const { database, mediaDir } = world.server;
    await loadMessages(database, chatsWithMarker(3, 200), new MediaFiles(mediaDir));
  });
  after(() => world.end());

  /** Opens the page and looks at the messages and files of so many chats. */
  async function look(count) {
    const opened = await openPage(world);
    const { page } = opened;
    for (const item of (await find(page, 'chat-item').all()).slice(0, count)) {
      await item.click();
      await page.locator('[data-testid=media][data-state=completed]').nth(1).waitFor();
    }
    await messages(page).last().waitFor();
    return opened;
  }

  it('leaves nothing in the profile, and the other tab is logged out too', async () => {
    await look(3);
    await world.stopBrowser();
    const before = await filesWithMarker(world.profile);
    for (const folder of [/IndexedDB\/.*leveldb\//, /IndexedDB\/.*blob\//, /File System\//])
      assert.ok(
        before.some((path) => folder.test(path)),
        `${folder} in ${before.join()}`,
      );

    await world.startBrowser();
    const [first, second] = [await look(3), await look(1)];
    await find(first.page, 'settings').click();
    await find(first.page, 'log-out').click();
    for (const { page } of [first, second]) await find(page, 'logged-out').waitFor();
    assert.deepEqual(
      await first.page.evaluate(async () => {
        const files = [];
        for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
        const databases = (await indexedDB.databases()).map(({ name }) => name);
        return [
          ...databases,
          ...files,
          ...Object.keys(window.localStorage),
          ...Object.keys(window.sessionStorage),
        ];
      }),
      [],
    );
    assert.deepEqual([...first.problems, ...second.problems], []);
    await world.stopBrowser();
    const left = await filesWithMarker(world.profile);
    assert.deepEqual(
      left.filter((path) => !BLOBS.test(path)),
      [],
    );
    await world.startBrowser();
    await visitAgain();
    await until(async () => (await filesWithMarker(world.profile)).length === 0);
    await world.stopBrowser();
    assert.deepEqual(await filesWithMarker(world.profile), []);
  });

  /** Opens the site's storage, without the page itself, which would log in. */
  async function visitAgain() {
    const page = await world.context.newPage();
    await page.goto(`${world.network.url}manifest.webmanifest`);
    await page.evaluate(() => indexedDB.databases());
  }

  it('who logs in next finds the page, and what the server has', async () => {
    await world.startBrowser();
    const { page, problems } = await openPage(world);
    await find(page, 'chat-item').nth(2).waitFor();
    assert.deepEqual(problems, []);
  });
});
