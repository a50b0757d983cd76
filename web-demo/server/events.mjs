import { fastifySSE } from '@fastify/sse';

/** @import { FastifyInstance } from 'fastify' */

/**
 * @typedef {{ requestId: string, revision: string }} Signal "this chat is at this revision"
 * @typedef {import('fastify').FastifyReply['sse']} Connection
 */

/** Who listens, and telling them after each commit. It knows this process only. */
export class EventHub {
  /** @type {Map<string, Set<Listener>>} by user */
  #listeners = new Map();

  /**
   * @param {string[]} userIds
   * @param {Signal} signal
   */
  publish(userIds, signal) {
    for (const userId of userIds) {
      for (const listener of this.#listeners.get(userId) ?? []) listener.tell(signal);
    }
  }

  /**
   * @param {string} userId
   * @param {Connection} connection
   */
  add(userId, connection) {
    const listener = new Listener(connection);
    const ofUser = this.#listeners.get(userId) ?? new Set();
    this.#listeners.set(userId, ofUser.add(listener));
    connection.onClose(() => {
      ofUser.delete(listener);
    });
  }

  /** How many connections are open. */
  get size() {
    return [...this.#listeners.values()].reduce((sum, ofUser) => sum + ofUser.size, 0);
  }

  closeAll() {
    for (const ofUser of this.#listeners.values()) {
      for (const listener of ofUser) listener.close();
    }
  }
}

/** One connection. A reader who is slow gets the newest signal of each chat, not a growing queue of them. */
class Listener {
  /** @type {Map<string, Signal>} by chat, in the order of their first waiting signal */
  #waiting = new Map();
  #writing = false;

  /** @param {Connection} connection */
  constructor(connection) {
    this.connection = connection;
  }

  /** @param {Signal} signal */
  tell(signal) {
    this.#waiting.set(signal.requestId, signal);
    if (!this.#writing) void this.#write();
  }

  async #write() {
    this.#writing = true;
    try {
      for (const [requestId, signal] of this.#waiting) {
        this.#waiting.delete(requestId);
        await this.connection.send({ event: 'change', data: signal });
      }
    } catch {
      this.connection.close();
    } finally {
      this.#writing = false;
    }
  }

  close() {
    this.connection.close();
  }
}

/**
 * `GET /events`: first `hello`, then a `change` for every change of one of the user's chats and of the
 * user's own read state; a comment now and then keeps the connection alive.
 *
 * @param {FastifyInstance} app
 * @param {{ events: EventHub, heartbeatMs: number }} parts
 */
export async function eventRoutes(app, { events, heartbeatMs }) {
  await app.register(fastifySSE, { heartbeatInterval: heartbeatMs });
  app.get('/events', { sse: { kind: 'manual' } }, async (request, reply) => {
    reply.sse.keepAlive();
    events.add(request.user.id, reply.sse);
    await reply.sse.send({ event: 'hello', data: { userId: request.user.id } });
  });
}
