/** The local server of one run: the page, its scripts, the built package, the reports, the helper routes. */
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';

const require = createRequire(import.meta.url);
const distFolder = fileURLToPath(new URL('../../../dist/', import.meta.url));
const routesFolder = new URL('routes/', import.meta.url);
const bodyLimitBytes = 64 * 1024 * 1024;
const emptyPage = '<!doctype html><meta charset="utf-8"><title>Empty page</title>';

function serveText(app, path, type, text) {
  app.get(path, (_request, reply) => reply.type(`${type}; charset=utf-8`).send(text));
}

async function servePage(app, scripts) {
  const html = await readFile(new URL('page.html', import.meta.url), 'utf8');
  const mocha = await readFile(require.resolve('mocha/mocha.js'), 'utf8');
  serveText(app, '/', 'text/html', html);
  serveText(app, '/blank.html', 'text/html', emptyPage);
  serveText(app, '/mocha.js', 'text/javascript', mocha);
  for (const [path, text] of scripts) serveText(app, path, 'text/javascript', text);
}

/** Every module in routes/ is a Fastify plugin that answers what the specs ask for. */
async function serveHelpers(app) {
  const names = (await readdir(routesFolder)).filter((name) => name.endsWith('.mjs'));
  for (const name of names) {
    const { default: plugin } = await import(new URL(name, routesFolder).href);
    await app.register(plugin);
  }
}

/**
 * @param {Map<string, string>} scripts by path
 * @param {(report: import('./protocol.js').Report) => void} onReport
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startServer(scripts, onReport) {
  const app = Fastify({ bodyLimit: bodyLimitBytes, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post('/run/report', (request, reply) => {
    onReport(JSON.parse(request.body));
    return reply.code(204).send();
  });
  await servePage(app, scripts);
  await app.register(fastifyStatic, { root: distFolder, prefix: '/dist/', cacheControl: false });
  await serveHelpers(app);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => app.close() };
}
