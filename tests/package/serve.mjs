/** Shows a folder to a real browser, under a strict Content-Security-Policy. */
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { launchChromium } from '../browser/harness/engines/chromium.mjs';
import { temporaryFolder } from '../browser/harness/processes.mjs';

const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; base-uri 'none'";

async function serveFolder(folder) {
  const server = Fastify({ forceCloseConnections: true });
  server.addHook('onSend', async (_request, reply) => void reply.header('content-security-policy', policy));
  server.get('/favicon.ico', (_request, reply) => reply.code(204).send());
  await server.register(fastifyStatic, { root: folder, cacheControl: false });
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }), close: () => server.close() };
}

/**
 * Opens a folder's index.html in Chromium and hands the page to `visit`. Rejects if the page had an error.
 *
 * @param {string} folder
 * @param {(page: import('playwright-core').Page, url: string) => Promise<void>} visit
 */
export async function withPage(folder, visit) {
  const server = await serveFolder(folder);
  const profile = await temporaryFolder();
  const browser = await launchChromium(profile.path);
  const errors = [];
  try {
    const page = browser.pages()[0];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await visit(page, server.url);
  } catch (error) {
    throw errors.length > 0 ? new Error(`${error.message}\nThe page says: ${errors.join('\n')}`) : error;
  } finally {
    await browser.close();
    await server.close();
    await profile.remove();
  }
  if (errors.length > 0) throw new Error(`The page says: ${errors.join('\n')}`);
}
