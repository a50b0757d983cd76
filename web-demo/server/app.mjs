import Fastify from 'fastify';
import { addDemoUsers, authenticate, meRoute } from './auth.mjs';
import { chatRoutes } from './chats.mjs';
import { drainOnClose } from './draining.mjs';
import { EventHub, eventRoutes } from './events.mjs';
import { addFaults } from './faults.mjs';
import { jsonBodies } from './json-bodies.mjs';
import { mediaDownloadRoutes } from './media-downloads.mjs';
import { MediaFiles } from './media-files.mjs';
import { mediaRoutes } from './media.mjs';
import { messagePageRoutes } from './message-pages.mjs';
import { messageRoutes } from './messages.mjs';
import { answerWithProblems, problemOf, sendProblem } from './problems.mjs';
import { readStateRoutes } from './read-state.mjs';
import { answers, healthSchema } from './schemas.mjs';
import { addSecurityHeaders, serveStaticFiles } from './static-files.mjs';
import { wholeNumbersInQuery } from './whole-numbers.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { Database } from './database.mjs' */

/** Room for the longest message with every character written as an escape, and then some. */
const BODY_BYTES_MAX = 160 * 1024;

/**
 * @typedef {object} ServerOptions
 * @property {Database} database open; stays the caller's to close
 * @property {string} [mediaDir] where the bytes of media lie
 * @property {boolean} [faults] whether there are fault switches and request counts under /test/
 * @property {string} [staticDir] the built page
 * @property {import('fastify').FastifyServerOptions['logger']} [logger]
 * @property {number} [historyKept] so many changes (edits, deletions) each chat remembers
 * @property {number} [heartbeatMs] time between two comments on an event stream
 */

/**
 * The reference server, ready to listen.
 *
 * @param {ServerOptions} options
 * @returns {Promise<FastifyInstance>}
 */
export async function buildServer({
  database,
  mediaDir,
  faults = false,
  staticDir,
  logger = false,
  historyKept = 10_000,
  heartbeatMs = 15_000,
}) {
  const app = Fastify({
    logger,
    bodyLimit: BODY_BYTES_MAX,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, verbose: true } },
    frameworkErrors: (error, _request, reply) => sendProblem(reply, problemOf(error)),
  });
  await addDemoUsers(database);
  app.decorateRequest('user', /** @type {any} */ (null));
  app.decorateRequest('fault', /** @type {any} */ (null));
  answerWithProblems(app);
  addSecurityHeaders(app);
  jsonBodies(app);
  if (faults) addFaults(app);
  const mediaFiles = new MediaFiles(mediaDir);
  const parts = { database, mediaFiles, events: new EventHub(), historyKept, heartbeatMs };
  app.addHook('preClose', async () => parts.events.closeAll());
  drainOnClose(app);
  app.register(async (api) => addApi(api, parts), { prefix: '/api/v1' });
  serveStaticFiles(app, staticDir);
  return app;
}

/**
 * @typedef {object} Parts
 * @property {Database} database
 * @property {MediaFiles} mediaFiles
 * @property {EventHub} events
 * @property {number} historyKept
 * @property {number} heartbeatMs
 *
 * @param {FastifyInstance} api
 * @param {Parts} parts
 */
async function addApi(api, parts) {
  api.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  api.get('/health', { schema: { response: answers({ 200: healthSchema }) } }, async () => ({
    status: 'ok',
  }));
  api.register(async (signedIn) => {
    signedIn.addHook('onRequest', authenticate);
    signedIn.addHook('preValidation', wholeNumbersInQuery);
    await meRoute(signedIn);
    await chatRoutes(signedIn, parts);
    await messagePageRoutes(signedIn, parts);
    await messageRoutes(signedIn, parts);
    await readStateRoutes(signedIn, parts);
    await mediaRoutes(signedIn, parts);
    await mediaDownloadRoutes(signedIn, parts);
    await eventRoutes(signedIn, parts);
  });
}
