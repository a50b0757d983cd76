/** Serves an empty page, the scripts of the benches and the built package, all from one origin. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';

const emptyPage = '<!doctype html><meta charset="utf-8"><title>Bench</title><link rel="icon" href="data:,">';

/** A page that is isolated gets a clock that is fine enough. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const sqliteFolder = dirname(fileURLToPath(import.meta.resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm')));

/** As a site serves files whose names change with what is in them: asked for once. */
const cached = { maxAge: '1d', immutable: true };
const script = {
  'content-type': 'text/javascript; charset=utf-8',
  'cache-control': 'public, max-age=86400, immutable',
};

/**
 * @param {Map<string, string>} scripts by path
 * @param {string} packageFolder the build to measure
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startServer(scripts, packageFolder) {
  const app = Fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (_request, reply) => void reply.headers(isolation));
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(emptyPage));
  for (const [path, text] of scripts) {
    app.get(path, (_request, reply) => reply.headers(script).send(text));
  }
  await app.register(fastifyStatic, { root: packageFolder, prefix: '/dist/' });
  await app.register(fastifyStatic, {
    root: sqliteFolder,
    prefix: '/sqlite/',
    decorateReply: false,
    ...cached,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => app.close() };
}
