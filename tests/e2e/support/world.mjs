/**
 * What an end-to-end test needs: the reference server with messages, a network that can be cut, and Chromium
 * with the built demo page.
 */
import { existsSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../../web-demo/server/start.mjs';
import { launchChromium } from '../../browser/harness/engines/chromium.mjs';
import { temporaryFolder } from '../../browser/harness/processes.mjs';

const POLL_MS = 20;

const realData = fileURLToPath(new URL('../../../../shared/data/ubuntu-support.ndjson.gz', import.meta.url));

/** Real messages where they lie beside the project, made-up ones elsewhere; both have chats of over 1,000. */
export const content = existsSync(realData)
  ? { data: realData }
  : { generate: { chats: 12, messages: 1500 } };

/**
 * A network between page and server, on a port of its own that stays the same: while cut, connections are
 * refused and open ones break.
 */
class Network {
  #target;
  #sockets = new Set();
  #server = null;
  port = 0;

  constructor(target) {
    this.#target = Number(new URL(target).port);
  }

  get url() {
    return `http://127.0.0.1:${this.port}/`;
  }

  join() {
    this.#server = createServer((near) => {
      const far = createConnection(this.#target, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.port, '127.0.0.1', () => {
        this.port = this.#server.address().port;
        resolve();
      });
    });
  }

  async cut() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** The REST of the reference server past the network, as one of its users. */
function apiOf(url, token) {
  const call = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}` };
    if (body) headers['content-type'] = 'application/json';
    const response = await fetch(new URL(path, url), { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  return {
    call,
    post: (requestId, text) =>
      call('POST', `/api/v1/chats/${requestId}/messages`, {
        content: text,
        clientTempId: crypto.randomUUID(),
      }),
  };
}

/** Ends a browser and all that it started at once, as a power failure would. */
async function killBrowser(context) {
  const session = await context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const gone = new Promise((resolve) => context.once('close', resolve));
  process.kill(-processInfo.find(({ type }) => type === 'browser').id, 'SIGKILL');
  await gone;
}

/**
 * Starts server, network and browser. `end` ends them all; `restartBrowser` kills the browser and starts it
 * again with what it had stored, in the folder `profile`.
 *
 * @param {import('../../../web-demo/server/start.mjs').StartOptions} options
 */
export async function startWorld(options = content) {
  const server = await startServer({ port: 0, faults: true, ...options });
  const network = new Network(server.url);
  await network.join();
  const profile = await temporaryFolder();
  const context = await launchChromium(profile.path);
  return {
    server,
    network,
    context,
    agent: apiOf(server.url, 'agent-token'),
    customer: apiOf(server.url, 'customer-token'),
    profile: profile.path,
    async restartBrowser() {
      await killBrowser(this.context);
      await this.startBrowser();
    },
    /** In order, as a user would. */
    async stopBrowser() {
      await this.context.close();
    },
    async startBrowser() {
      this.context = await launchChromium(profile.path);
    },
    async end() {
      await this.context.close();
      await network.cut();
      await server.close();
      await profile.remove();
    },
  };
}

/**
 * Opens the demo page and waits for its chat list and, so that a reload works offline, its service worker.
 */
export async function openPage({ context, network }, user = 'customer') {
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${network.url}?user=${user}`);
  await page.locator('[data-testid=chat-item]').first().waitFor();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  return { page, problems };
}

/** Waits until something outside the browser is so. */
export async function until(isSo) {
  while (!(await isSo())) await pause(POLL_MS);
}

export const find = (page, testId) => page.locator(`[data-testid=${testId}]`);
export const chatItem = (page, requestId) => page.locator(`[data-testid=chat-item][data-id="${requestId}"]`);
export const messages = (page) => page.locator('[data-testid=message]');

/** Waits until the page says it is `state`. */
export function connectionIs(page, state) {
  return page.locator('[data-testid=connection]', { hasText: state }).waitFor({ timeout: 90_000 });
}
