/**
 * Servers whose answers a spec writes down beforehand; scripted.ts is the spec's side.
 *
 * A script is a list of answers. A request takes the first answer that matches it and is not used up; one
 * that finds none gets a 404.
 *
 * @typedef {object} Answer
 * @property {string} [match] regular expression for method, blank and path with query; without it all match
 * @property {number} [times] how often this answer may be used; 0 is any number of times (1)
 * @property {number} [status] (200)
 * @property {Record<string, string>} [headers] (content-type application/json)
 * @property {string} [body]
 * @property {string[]} [chunks] instead of a body: sent one after the other, a moment apart
 * @property {boolean} [keepOpen] after the last chunk the answer goes on until the client hangs up
 * @property {number} [truncateBytes] sends so much of the body, announced at its whole length, and hangs up
 * @property {number} [delayMs] waits before it answers
 * @property {boolean} [hold] answers only after the spec has released it
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const betweenChunks_ms = 15;
/** A body that fails before its first bytes were read is taken for empty; when they are, nobody can tell. */
const untilRead_ms = 500;

/** One scripted server: what it will answer, what it was asked, and who waits for `release`. */
function newScript(answers) {
  const script = { answers: answers.map((answer) => ({ times: 1, ...answer, used: 0 })), requests: [] };
  return Object.assign(script, gate());
}

function gate() {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  return { released, release };
}

function takeAnswer(script, line) {
  const usable = (answer) => answer.times === 0 || answer.used < answer.times;
  const matching = (answer) => !answer.match || new RegExp(answer.match).test(line);
  const answer = script.answers.find((candidate) => usable(candidate) && matching(candidate));
  if (answer) answer.used++;
  return answer;
}

/** Notes a request; one whose connection closes before `answered` is called was given up by the client. */
function record(script, request, reply, path) {
  const { method, headers, body = null } = request;
  const entry = { method, path, headers, body, aborted: false };
  let open = true;
  reply.raw.once('close', () => (entry.aborted = open));
  script.requests.push(entry);
  return { answered: () => (open = false) };
}

/** Sends the first bytes of the body and, when they have arrived, drops the connection. */
function sendTruncated(reply, answer, headers) {
  const body = Buffer.from(answer.body ?? '');
  reply.hijack();
  reply.raw.writeHead(answer.status ?? 200, { ...headers, 'content-length': body.length });
  const drop = () => setTimeout(() => reply.raw.destroy(), untilRead_ms);
  reply.raw.write(body.subarray(0, answer.truncateBytes), drop);
}

/** Sends the chunks so that they leave one by one. */
async function sendChunks(reply, answer, headers) {
  reply.hijack();
  reply.raw.writeHead(answer.status ?? 200, headers);
  for (const chunk of answer.chunks) {
    reply.raw.write(chunk);
    await pause(betweenChunks_ms);
  }
  if (!answer.keepOpen) reply.raw.end();
}

async function respond(script, request, reply) {
  const path = request.url.slice(`/scripted/${request.params.id}`.length);
  const entry = record(script, request, reply, path);
  const answer = takeAnswer(script, `${request.method} ${path}`) ?? {
    status: 404,
    body: '{"code":"unscripted"}',
  };
  if (answer.delayMs) await pause(answer.delayMs);
  if (answer.hold) await script.released;
  const headers = { 'content-type': 'application/json', ...answer.headers };
  entry.answered();
  if (answer.chunks) return sendChunks(reply, answer, headers);
  if (answer.truncateBytes !== undefined) return sendTruncated(reply, answer, headers);
  return reply
    .code(answer.status ?? 200)
    .headers(headers)
    .send(answer.body ?? '');
}

/** @type {import('fastify').FastifyPluginAsync} */
export default async function scripted(app) {
  const scripts = new Map();
  const find = (request) => scripts.get(request.params.id);

  app.post('/scripts', (request) => {
    const id = randomUUID();
    scripts.set(id, newScript(JSON.parse(request.body)));
    return { id };
  });
  app.post('/scripts/:id/answers', (request) => {
    find(request).answers.push(...newScript(JSON.parse(request.body)).answers);
    return {};
  });
  app.get('/scripts/:id/requests', (request) => find(request).requests);
  app.post('/scripts/:id/release', (request) => {
    const script = find(request);
    script.release();
    Object.assign(script, gate());
    return {};
  });
  app.all('/scripted/:id/*', (request, reply) => respond(find(request), request, reply));
}
