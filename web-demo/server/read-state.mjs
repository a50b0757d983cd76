import { moveForOne } from './change-feed.mjs';
import { lockChat } from './chat-lock.mjs';
import { answers, chatParams, readBody, readSchema } from './schemas.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { Database, Row, Session } from './database.mjs' */
/** @import { EventHub } from './events.mjs' */

/**
 * Messages after `lastReadSequence` that are not the user's own.
 *
 * @param {Session} session
 * @param {string} chatId
 * @param {string} userId
 * @param {number} lastReadSequence
 * @returns {Promise<number>}
 */
export async function countUnread(session, chatId, userId, lastReadSequence) {
  const [{ count }] = await session.query(
    `SELECT count(*) AS count FROM messages
      WHERE chat_id = $1 AND sequence > $3 AND deleted_at IS NULL AND sender_id IS DISTINCT FROM $2`,
    [chatId, userId, lastReadSequence],
  );
  return count;
}

/**
 * Moves the user's watermark forward, never back and never past the chat's last message.
 *
 * @param {{ database: Database, events: EventHub }} parts
 * @param {{ requestId: string, userId: string }} place
 * @param {number} upToSequence
 */
export async function markRead({ database, events }, { requestId, userId }, upToSequence) {
  const read = await database.transaction(async (session) => {
    const chat = await lockChat(session, requestId, userId);
    const [before] = await session.query(
      'SELECT last_read_sequence, unread_count FROM members WHERE chat_id = $1 AND user_id = $2',
      [chat.id, userId],
    );
    const watermark = Math.min(upToSequence, chat.last_sequence);
    if (watermark <= before.last_read_sequence) return { chat, member: before, moved: false };
    return { chat, member: await moveWatermark(session, chat, userId, watermark), moved: true };
  });
  const revision = String(read.chat.revision);
  if (read.moved) events.publish([userId], { requestId: read.chat.id, revision });
  const { last_read_sequence: lastReadSequence, unread_count: unreadCount } = read.member;
  return { unreadCount, lastReadSequence, revision };
}

/**
 * @param {Session} session
 * @param {Row} chat locked
 * @param {string} userId
 * @param {number} watermark
 */
async function moveWatermark(session, chat, userId, watermark) {
  const unread = await countUnread(session, chat.id, userId, watermark);
  const [member] = await session.query(
    `UPDATE members SET last_read_sequence = $3, unread_count = $4
      WHERE chat_id = $1 AND user_id = $2
      RETURNING last_read_sequence, unread_count`,
    [chat.id, userId, watermark, unread],
  );
  await moveForOne(session, chat.id, userId);
  return member;
}

/**
 * @param {FastifyInstance} app
 * @param {{ database: Database, events: EventHub }} parts
 */
export async function readStateRoutes(app, parts) {
  app.post(
    '/chats/:requestId/read',
    { schema: { params: chatParams, body: readBody, response: answers({ 200: readSchema }) } },
    async (request) => {
      const { requestId } = /** @type {{ requestId: string }} */ (request.params);
      const { upToSequence } = /** @type {{ upToSequence: number }} */ (request.body);
      return markRead(parts, { requestId, userId: request.user.id }, upToSequence);
    },
  );
}
