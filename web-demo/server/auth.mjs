import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from './problems.mjs';
import { userSchema } from './schemas.mjs';
import { uuidOf } from './uuid.mjs';

/** @import { FastifyInstance, FastifyRequest } from 'fastify' */
/** @import { Database } from './database.mjs' */

/**
 * @typedef {{ id: string, username: string, fullName: string | null, isTechnician: boolean }} User
 */

/** @type {User} */
export const CUSTOMER = {
  id: uuidOf('user:customer'),
  username: 'customer',
  fullName: 'Robin Keller',
  isTechnician: false,
};

/** @type {User} */
export const AGENT = {
  id: uuidOf('user:agent'),
  username: 'agent',
  fullName: 'Alex Moreno',
  isTechnician: true,
};

/** The two people of the demo. They are members of every chat. */
export const DEMO_USERS = [CUSTOMER, AGENT];

const TOKENS = [
  { digest: digestOf('customer-token'), user: CUSTOMER },
  { digest: digestOf('agent-token'), user: AGENT },
];

/** @param {string} token */
function digestOf(token) {
  return createHash('sha256').update(token, 'utf8').digest();
}

/**
 * The user of a token. Every known token is compared, each in constant time, so that the time an answer
 * takes says nothing about them.
 *
 * @param {string} token
 * @returns {User | null}
 */
function userOf(token) {
  const digest = digestOf(token);
  return TOKENS.reduce(
    (found, known) => (timingSafeEqual(digest, known.digest) ? known.user : found),
    /** @type {User | null} */ (null),
  );
}

/**
 * Hook: the signed-in user, or 401.
 *
 * @param {FastifyRequest} request
 */
export async function authenticate(request) {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const user = token ? userOf(token) : null;
  if (!user) {
    throw new Problem(401, 'unauthorized', 'Send a known token: Authorization: Bearer <token>.', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  request.user = user;
}

/** @param {Database} database */
export async function addDemoUsers(database) {
  for (const user of DEMO_USERS) {
    await database.query(
      `INSERT INTO users (id, username, full_name, is_technician) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO NOTHING`,
      [user.id, user.username, user.fullName, user.isTechnician],
    );
  }
}

/** @param {FastifyInstance} app */
export async function meRoute(app) {
  app.get('/me', { schema: { response: { 200: userSchema } } }, async (request) => request.user);
}
