/** The README's snippet does what it says: it runs, word for word, against the reference server. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { startServer } from '../../web-demo/server/start.mjs';
import { launchChromium } from '../browser/harness/engines/chromium.mjs';
import { temporaryFolder } from '../browser/harness/processes.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = `<!doctype html><html lang="en"><title>README</title><ul id="chats"></ul><ol id="messages"></ol>
<script type="module" src="snippet.js"></script></html>`;

/** The first block of JavaScript, with the package's name replaced by its address. */
async function snippet() {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  const [, code] = /```js\n([\s\S]*?)```/.exec(text);
  return code.replace("from 'chatlarder'", "from './chatlarder/index.js'");
}

test('the README shows chats and messages and sends as it says', { timeout: 60_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'chatlarder-readme-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'index.html'), page);
  await writeFile(join(folder, 'snippet.js'), await snippet());
  await cp(join(root, 'dist'), join(folder, 'chatlarder'), { recursive: true });
  const server = await startServer({ port: 0, staticDir: folder, generate: { chats: 3, messages: 120 } });
  t.after(() => server.close());
  const profile = await temporaryFolder();
  const browser = await launchChromium(profile.path);
  t.after(async () => {
    await browser.close();
    await profile.remove();
  });

  const tab = await browser.newPage();
  const problems = [];
  tab.on('pageerror', (error) => problems.push(error.message));
  await tab.goto(server.url);
  await tab.locator('#messages li').nth(49).waitFor();
  assert.equal(await tab.locator('#chats li').count(), 3);
  await tab.locator('#messages li', { hasText: 'Could you restart it once, please?' }).waitFor();
  await tab.waitForFunction(() => document.title === '0 to be sent, 0 refused');
  assert.deepEqual(problems, []);
});
