/**
 * Errors as problem details (RFC 9457). `code` is stable and for programs, `detail` is for people and says
 * what to do next, `path` (when there is one) names the member of the request that is wrong.
 */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} detail
   * @param {{ path?: string, headers?: Record<string, string> }} [more]
   */
  constructor(status, code, detail, { path, headers = {} } = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.path = path;
    this.headers = headers;
  }
}

const TITLES = /** @type {Record<number, string>} */ ({
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Request timed out',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  415: 'Unsupported media type',
  416: 'Range not satisfiable',
  425: 'Too early',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'Bad gateway',
  503: 'Unavailable',
  504: 'Gateway timed out',
});

/** What Fastify itself reports, by its error code. @type {Record<string, [number, string, string]>} */
const FRAMEWORK_PROBLEMS = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body_too_large', 'The body is larger than this route takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'malformed_json',
    'The body is not as long as Content-Length says.',
  ],
  FST_ERR_BAD_URL: [400, 'malformed_url', 'The address is not a valid URL.'],
};

/**
 * Classes of SQLSTATE after which the same request may succeed: connection, rollback, resources, operator.
 */
const PASSING_SQLSTATE = /^(08|40|53|57)/;
const PASSING_SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT']);

/**
 * The problem that an error thrown anywhere below a route amounts to.
 *
 * @param {any} error
 * @returns {Problem}
 */
export function problemOf(error) {
  if (error instanceof Problem) return error;
  if (error.validation) return validationProblem(error);
  if (Object.hasOwn(FRAMEWORK_PROBLEMS, error.code)) return new Problem(...FRAMEWORK_PROBLEMS[error.code]);
  if (isPassing(error)) {
    const headers = { 'retry-after': '1' };
    return new Problem(503, 'database_unavailable', 'The database is not available. Try again.', { headers });
  }
  if (error.statusCode >= 400 && error.statusCode < 500) {
    return new Problem(error.statusCode, 'bad_request', error.message);
  }
  return new Problem(500, 'internal_error', 'The server failed. The reason is in its log.');
}

/** @param {any} error */
function isPassing(error) {
  const sqlState = typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);
  return (sqlState && PASSING_SQLSTATE.test(error.code)) || PASSING_SYSTEM_CODES.has(error.code);
}

/** From the first finding of the schema check. @param {any} error */
function validationProblem(error) {
  const [finding] = error.validation;
  const part = error.validationContext === 'querystring' ? 'query' : error.validationContext;
  const path = pathOf(finding);
  const detail = `${path || part} ${wordsFor(finding)}`;
  return new Problem(400, `invalid_${part}`, `${detail}.`, { path: path || undefined });
}

/** @param {any} finding */
function pathOf(finding) {
  const parent = finding.instancePath.slice(1).replaceAll('/', '.');
  const member = finding.params.missingProperty ?? finding.params.additionalProperty;
  return [parent, member].filter(Boolean).join('.');
}

/** @param {any} finding */
function wordsFor(finding) {
  if (finding.keyword === 'required') return 'is missing';
  if (finding.keyword === 'additionalProperties') return 'is not known here';
  if (finding.parentSchema?.description) return `must be ${finding.parentSchema.description}`;
  return finding.message;
}

/** The body of a problem's answer. @param {Problem} problem */
export function problemBody(problem) {
  return {
    type: `urn:chatlarder:problem:${problem.code}`,
    title: TITLES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    path: problem.path,
  };
}

/**
 * Makes every error of the server, also of unknown addresses, a problem document.
 *
 * @param {import('fastify').FastifyInstance} app
 */
export function answerWithProblems(app) {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new Problem(404, 'route_not_found', `There is no ${request.method} ${request.url} here.`),
    ),
  );
}

/**
 * @param {import('fastify').FastifyReply} reply
 * @param {Problem} problem
 */
export function sendProblem(reply, problem) {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json')
    .send(problemBody(problem));
}
