/** Serves an empty page, the scripts of the benches and the built package, all from one origin. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { buildServer } from '../../web-demo/server/app.mjs';
import { openDatabase } from '../../web-demo/server/database.mjs';
import { generateMessages } from '../../web-demo/server/generate.mjs';
import { loadMessages } from '../../web-demo/server/load.mjs';

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

async function addPages(app, { scripts, packageFolder }) {
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
}

/**
 * @typedef {object} Pages
 * @property {Map<string, string>} scripts by path
 * @property {string} packageFolder the build to measure
 *
 * @param {Pages} pages
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startServer(pages) {
  const app = Fastify({ forceCloseConnections: true });
  await addPages(app, pages);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => app.close() };
}

/**
 * The reference server on a database of its own, with the pages on its origin.
 *
 * @param {Pages} pages
 * @param {{chats: number, messages: number}} size what is in it: so many chats with so many messages each
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startReferenceServer(pages, { chats, messages }) {
  const database = await openDatabase();
  const app = await buildServer({ database, faults: true });
  await loadMessages(database, generateMessages(chats, messages));
  await addPages(app, pages);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = async () => {
    await app.close();
    await database.close();
  };
  return { url, close };
}
