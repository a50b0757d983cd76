import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem, sendProblem } from './problems.mjs';
import { answers, emptySchema, faultBody, requestCountsSchema } from './schemas.mjs';
import { spoiledBody, spoilsBytes } from './spoiled-bodies.mjs';

/** @import { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify' */

/**
 * Fault switches and request counts, for tests; the server has them only when it is told to.
 *
 * @typedef {object} Fault
 * @property {string} [match] regular expression on the path; all of the API when absent
 * @property {string} [method]
 * @property {number} [times] so often, then never again
 * @property {number} [dropReply] strike only every Nth matching request, and drop its reply after the commit
 * @property {number} [delayMs] the reply waits, after the commit
 * @property {number} [status] answer this without doing anything
 * @property {string} [retryAfter] the header of that answer, as it is
 * @property {boolean} [html] a page of HTML instead of the body
 * @property {number} [truncate] only so many bytes of the body, as if that were all
 * @property {number} [append] so many bytes more than the body has, as if they were part of it
 * @property {number} [cutAfter] the connection ends after so many bytes of the body
 * @property {number} [stallAfter] nothing more comes after so many bytes, until another fault is set
 * @property {boolean} [wrongBytes] the body's bytes are others, as many
 * @property {boolean} [duplicate] the request arrives twice; the second one is answered
 */

const HTML_PAGE = '<!doctype html><title>Welcome</title><p>Please sign in to this network to continue.</p>';

/** Marks the copy that `duplicate` makes, so that it isn't duplicated, counted or hit itself. */
const COPY_HEADER = 'x-fault-copy';

/** The fault that is set, and what it has done so far. */
class FaultSwitch {
  /** @type {Fault} */
  #fault = {};
  #pattern = /^/;
  #matched = 0;
  #struck = 0;
  #cleared = new AbortController();

  /** @param {Fault} fault the empty one clears */
  set(fault) {
    this.release();
    this.#cleared = new AbortController();
    this.#pattern = patternOf(fault.match ?? '^/api/');
    this.#fault = fault;
    this.#matched = 0;
    this.#struck = 0;
  }

  /** Lets go on what stands still. */
  release() {
    this.#cleared.abort();
  }

  /** Aborted when the fault that is set now is no longer set. */
  get cleared() {
    return this.#cleared.signal;
  }

  get dropsReplies() {
    return this.#fault.dropReply !== undefined;
  }

  /**
   * Whether and how the fault strikes this request.
   *
   * @param {string} method
   * @param {string} path
   * @returns {Fault | null}
   */
  strike(method, path) {
    const { times = Infinity, dropReply = 1, method: only = method } = this.#fault;
    if (this.#struck >= times || only !== method || !this.#pattern.test(path)) return null;
    this.#matched += 1;
    if (this.#matched % dropReply !== 0) return null;
    this.#struck += 1;
    return this.#fault;
  }
}

/** @param {string} source */
function patternOf(source) {
  try {
    return new RegExp(source);
  } catch {
    throw new Problem(400, 'invalid_body', 'match must be a regular expression.', { path: 'match' });
  }
}

/**
 * The routes `/test/faults` and `/test/requests`, and the hooks for every request under `/api/`. Must be
 * called on the root instance before the API's routes are added.
 *
 * @param {FastifyInstance} app
 */
export function addFaults(app) {
  const faults = new FaultSwitch();
  /** @type {Map<string, number>} */
  const counts = new Map();
  const closing = new AbortController();
  const copyKey = crypto.randomUUID();

  app.addHook('preClose', async () => {
    closing.abort();
    faults.release();
  });
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0];
    if (!path.startsWith('/api/') || request.headers[COPY_HEADER] === copyKey) return;
    const route = `${request.method} ${request.routeOptions.url ?? '(unknown)'}`;
    counts.set(route, (counts.get(route) ?? 0) + 1);
    const { cleared } = faults;
    const fault = faults.strike(request.method, path);
    request.fault = fault && { ...fault, cleared };
    if (faults.dropsReplies) reply.header('connection', 'close');
    if (request.fault?.status) return answerFault(reply, request.fault);
  });
  app.addHook('preHandler', async (request) => {
    if (request.fault?.duplicate) await sendCopy(app, request, copyKey);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (!request.fault) return payload;
    return spoilReply(request.fault, reply, payload, closing.signal);
  });
  app.register(async (scope) => faultRoutes(scope, faults, counts), { prefix: '/test' });
}

/**
 * @param {FastifyReply} reply
 * @param {Fault} fault
 */
function answerFault(reply, { status = 500, retryAfter }) {
  const headers = retryAfter === undefined ? undefined : { 'retry-after': retryAfter };
  return sendProblem(
    reply,
    new Problem(status, 'fault', 'This is a fault that a test has set.', { headers }),
  );
}

/**
 * @param {FastifyInstance} app
 * @param {FastifyRequest} request
 * @param {string} copyKey
 */
async function sendCopy(app, request, copyKey) {
  const { 'content-length': _length, connection: _connection, ...headers } = request.headers;
  await app.inject({
    method: /** @type {any} */ (request.method),
    url: request.url,
    headers: { ...headers, [COPY_HEADER]: copyKey },
    payload: /** @type {any} */ (request.body),
  });
}

/**
 * @param {Fault & { cleared: AbortSignal }} fault
 * @param {FastifyReply} reply
 * @param {any} payload
 * @param {AbortSignal} closing
 */
async function spoilReply(fault, reply, payload, closing) {
  if (fault.delayMs) await wait(fault.delayMs, undefined, { signal: closing }).catch(() => {});
  if (fault.dropReply) {
    reply.raw.socket?.destroy();
    return payload;
  }
  if (fault.html) reply.type('text/html; charset=utf-8');
  return spoilBytes(fault, reply, fault.html ? HTML_PAGE : payload);
}

/**
 * @param {Fault & { cleared: AbortSignal }} fault
 * @param {FastifyReply} reply
 * @param {any} body
 */
async function spoilBytes(fault, reply, body) {
  if (body === null || body === undefined) return body;
  if (fault.truncate !== undefined || fault.append !== undefined) {
    const whole = body instanceof Readable ? await buffer(body) : Buffer.from(body);
    const sent = Buffer.concat([whole.subarray(0, fault.truncate), Buffer.alloc(fault.append ?? 0)]);
    reply.header('content-length', sent.length);
    return sent;
  }
  if (!spoilsBytes(fault)) return body;
  const source = body instanceof Readable ? body : Buffer.from(body);
  if (source instanceof Buffer) reply.header('content-length', source.length);
  return spoiledBody(fault, source, reply.raw, fault.cleared);
}

/**
 * @param {FastifyInstance} app
 * @param {FaultSwitch} faults
 * @param {Map<string, number>} counts
 */
async function faultRoutes(app, faults, counts) {
  app.post(
    '/faults',
    { schema: { body: faultBody, response: answers({ 204: emptySchema }) } },
    async (request, reply) => {
      faults.set(/** @type {Fault} */ (request.body));
      // A browser repeats a request by itself when a connection it had used before breaks without an answer.
      // With fresh connections a dropped reply is a dropped reply.
      app.server.closeIdleConnections();
      return reply.code(204).send();
    },
  );
  app.get('/requests', { schema: { response: answers({ 200: requestCountsSchema }) } }, async () =>
    Object.fromEntries(counts),
  );
  app.delete(
    '/requests',
    { schema: { response: answers({ 204: emptySchema }) } },
    async (_request, reply) => {
      counts.clear();
      return reply.code(204).send();
    },
  );
}
