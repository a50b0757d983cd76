/** The README's start, followed word for word in an empty folder, with the reference server behind it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer } from '../../web-demo/server/start.mjs';
import { launchChromium } from '../browser/harness/engines/chromium.mjs';
import { temporaryFolder } from '../browser/harness/processes.mjs';
import { makeApp } from './fresh-app.mjs';
import { readStart } from './told.mjs';

/** These don't end by themselves: they are looked at. */
const servers = ['npx vite', 'npx vite preview'];
const serverInReadme = 'http://127.0.0.1:8080';

let start;
let app;

before(async () => {
  start = await readStart();
  app = await makeApp();
  await writeFiles(serverInReadme);
});
after(() => app?.remove());

/** The one thing that is changed in a file: where the server is, which takes any free port here. */
async function writeFiles(serverUrl) {
  for (const { name, contents } of start.files) {
    await app.write(name, contents.replace(serverInReadme, serverUrl));
  }
}

function once(close) {
  let closing;
  return () => (closing ??= close());
}

async function openBrowser(t) {
  const profile = await temporaryFolder();
  const browser = await launchChromium(profile.path);
  t.after(async () => {
    await browser.close();
    await profile.remove();
  });
  return browser.pages()[0];
}

/** The chats, the newest messages of one, each that was written, and how many operations wait to be sent. */
async function showsChats(page, { written, waiting }) {
  const ours = page.locator('#messages li', { hasText: 'Could you restart it once, please?' });
  await ours.nth(written - 1).waitFor();
  await page.waitForFunction((title) => document.title.startsWith(title), `${waiting} to be sent`);
  assert.equal(await page.locator('#chats li').count(), 3);
  assert.equal(await page.locator('#messages li').count(), 50);
}

/** A command of the README serves the app: it shows chats, and again when the chats' server is gone. */
async function serves(command, t) {
  const server = await startServer({ port: 0, generate: { chats: 3, messages: 120 } });
  const close = once(server.close);
  t.after(close);
  await writeFiles(server.url);
  const served = await app.serve(command);
  t.after(served.end);
  const page = await openBrowser(t);
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(served.url);
  await showsChats(page, { written: 1, waiting: 0 });
  await close();
  await page.reload();
  await showsChats(page, { written: 2, waiting: 2 });
  assert.deepEqual(problems, []);
}

describe('the start in the README', () => {
  test('names the files of an app and the commands', () => {
    assert.deepEqual(start.files.map(({ name }) => name).sort(), ['index.html', 'main.ts', 'vite.config.ts']);
    assert.deepEqual(
      start.commands.filter((command) => servers.includes(command)),
      servers,
    );
  });

  test('works in the order it says', { timeout: 180_000 }, async (t) => {
    for (const command of start.commands) {
      await t.test(command, async (step) => {
        await (servers.includes(command) ? serves(command, step) : app.run(command));
      });
    }
  });
});
