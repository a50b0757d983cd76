/** A client for WebKitWebDriver: as much of the WebDriver protocol as opening one page takes. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { orEnd, startGroup } from './processes.mjs';

const startTimeoutMs = 30_000;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Sends one command; answers its value, or throws what the driver says is wrong. */
async function command(address, method, path, body) {
  const response = await fetch(`${address}${path}`, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver ${method} ${path}: ${value.error}: ${value.message}`);
  return value;
}

async function untilReady(address, driver) {
  const deadline = Date.now() + startTimeoutMs;
  let ended = null;
  void driver.gone.then((reason) => (ended = reason));
  for (;;) {
    const ready = await command(address, 'GET', '/status').then(
      (status) => status.ready,
      () => false,
    );
    if (ready) return;
    if (ended || Date.now() > deadline) {
      throw new Error(`WebKitWebDriver did not start: ${ended ?? 'no answer'}\n${driver.output()}`);
    }
    await pause(50);
  }
}

/**
 * Starts WebKitWebDriver on a display of its own and in it one automation session of the browser.
 *
 * @param {string} binary full path of the browser
 * @param {NodeJS.ProcessEnv} env
 */
export async function startSession(binary, env) {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const args = ['-a', 'WebKitWebDriver', '--host=127.0.0.1', `--port=${port}`];
  const driver = startGroup('xvfb-run', args, env);
  const sessionId = await orEnd(openSession(address, driver, binary), driver.end);
  const session = (method, path, body) => command(address, method, `/session/${sessionId}${path}`, body);
  return {
    gone: driver.gone,
    output: driver.output,
    goTo: (url) => session('POST', '/url', { url }),
    end: () => session('DELETE', '').finally(driver.end),
  };
}

async function openSession(address, driver, binary) {
  await untilReady(address, driver);
  const browserOptions = { binary, args: ['--automation'] };
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': browserOptions } };
  const { sessionId } = await command(address, 'POST', '/session', { capabilities });
  return sessionId;
}
