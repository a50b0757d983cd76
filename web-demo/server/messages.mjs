import { randomUUID } from 'node:crypto';
import { moveForAll } from './change-feed.mjs';
import { logChange } from './change-log.mjs';
import { lockChat } from './chat-lock.mjs';
import { messageOf, messageRecords } from './message-records.mjs';
import { Problem } from './problems.mjs';
import { answers, chatParams, editBody, emptySchema, messageParams, messageSchema } from './schemas.mjs';
import { newMessageBody } from './schemas.mjs';
import { isStorable } from './text.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { Database, Row, Session } from './database.mjs' */
/** @import { EventHub } from './events.mjs' */
/** @import { MediaFiles } from './media-files.mjs' */

/**
 * @typedef {object} NewMessage
 * @property {string} content
 * @property {string} clientTempId the idempotency key
 * @property {boolean} [isScreenshot]
 * @property {string | null} [screenshotFileName]
 *
 * @typedef {object} Parts
 * @property {Database} database
 * @property {MediaFiles} mediaFiles
 * @property {EventHub} events
 * @property {number} historyKept
 *
 * @typedef {{ requestId: string, userId: string }} Place a chat and the user who acts in it
 */

/**
 * The content that was sent is what will be read, or the request is refused. @param {Record<string, any>}
 * body
 */
function refuseUnstorable(body) {
  for (const path of ['content', 'screenshotFileName']) {
    if (typeof body[path] === 'string' && !isStorable(body[path])) {
      throw new Problem(
        400,
        'text_not_storable',
        `${path} contains a NUL character or half of a surrogate pair. Remove it and send again.`,
        { path },
      );
    }
  }
}

/**
 * Stores a message, once: the same key of the same sender gives the message that is already there.
 *
 * @param {Parts} parts
 * @param {Place} place
 * @param {NewMessage} message
 * @returns {Promise<{ message: object, created: boolean }>}
 */
export async function sendMessage({ database, events }, place, message) {
  refuseUnstorable(message);
  const sent = await database.transaction(async (session) => {
    const chat = await lockChat(session, place.requestId, place.userId);
    const created = await insertMessage(session, chat, place.userId, message);
    const row = await findByKey(session, place.userId, message.clientTempId);
    if (!created) return { row: repeated(row, chat), members: [], revision: 0, created };
    const revision = await countMessage(session, row);
    const members = await moveForAll(session, chat.id);
    return { row, members, revision, created };
  });
  events.publish(sent.members, { requestId: sent.row.chat_id, revision: String(sent.revision) });
  return { message: messageOf(sent.row), created: sent.created };
}

/**
 * Takes the chat's next sequence number, unless the key is known. A concurrent request with the same key is
 * waited for: the unique index decides.
 *
 * @param {Session} session
 * @param {Row} chat
 * @param {string} senderId
 * @param {NewMessage} message
 * @returns {Promise<boolean>} whether it was inserted
 */
async function insertMessage(session, chat, senderId, message) {
  const inserted = await session.query(
    `INSERT INTO messages (id, chat_id, sequence, sender_id, content, created_at, is_screenshot,
                           screenshot_file_name, client_temp_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (sender_id, client_temp_id) WHERE client_temp_id IS NOT NULL DO NOTHING
     RETURNING id`,
    [
      randomUUID(),
      chat.id,
      chat.last_sequence + 1,
      senderId,
      message.content,
      new Date(),
      message.isScreenshot ?? false,
      message.screenshotFileName ?? null,
      message.clientTempId,
    ],
  );
  return inserted.length > 0;
}

/**
 * @param {Session} session
 * @param {string} senderId
 * @param {string} clientTempId
 */
async function findByKey(session, senderId, clientTempId) {
  const own = messageRecords('m.sender_id = $1 AND m.client_temp_id = $3');
  const [row] = await session.query(own, [senderId, 0, clientTempId]);
  return row;
}

/**
 * The message that a known key stands for, if it still can be given.
 *
 * @param {Row} row
 * @param {Row} chat
 */
function repeated(row, chat) {
  if (row.chat_id !== chat.id) {
    throw new Problem(
      409,
      'idempotency_key_reused',
      'This clientTempId was used in another chat. Make a new one.',
      {
        path: 'clientTempId',
      },
    );
  }
  if (row.deleted_at) {
    throw new Problem(410, 'message_deleted', 'This message was sent before and has been deleted since.');
  }
  return row;
}

/**
 * @param {Session} session
 * @param {Row} message
 * @returns {Promise<number>} the chat's new revision
 */
async function countMessage(session, message) {
  const [{ revision }] = await session.query(
    `UPDATE chats
        SET last_sequence = $2, message_count = message_count + 1, revision = revision + 1,
            last_activity_at = greatest(last_activity_at, $3)
      WHERE id = $1
      RETURNING revision`,
    [message.chat_id, message.sequence, message.created_at],
  );
  await session.query(
    'UPDATE members SET unread_count = unread_count + 1 WHERE chat_id = $1 AND user_id <> $2',
    [message.chat_id, message.sender_id],
  );
  return revision;
}

/**
 * Changes the content of one's own message. The same content again changes nothing, so a retry is harmless.
 *
 * @param {Parts} parts
 * @param {Place} place
 * @param {string} id
 * @param {string} content
 */
export async function editMessage({ database, events, historyKept }, place, id, content) {
  refuseUnstorable({ content });
  const edited = await database.transaction(async (session) => {
    const chat = await lockChat(session, place.requestId, place.userId);
    const message = await findOwn(session, chat, place.userId, id);
    if (message.deleted_at) throw messageNotFound();
    if (message.content === content) return { row: message, members: [], revision: 0 };
    const updatedAt = timeAfter(message.updated_at ?? message.created_at);
    await session.query('UPDATE messages SET content = $2, updated_at = $3 WHERE id = $1', [
      id,
      content,
      updatedAt,
    ]);
    const revision = await logChange(session, {
      chatId: chat.id,
      messageId: id,
      kind: 'edited',
      historyKept,
    });
    const members = await moveForAll(session, chat.id);
    Object.assign(message, { content, updated_at: updatedAt });
    return { row: message, members, revision };
  });
  events.publish(edited.members, { requestId: edited.row.chat_id, revision: String(edited.revision) });
  return messageOf(edited.row);
}

/**
 * Now, but later than the message's last change: "last write wins" must see the order of edits even when
 * two fall into one millisecond or the clock was set back.
 *
 * @param {Date} previous
 */
function timeAfter(previous) {
  return new Date(Math.max(Date.now(), previous.getTime() + 1));
}

/**
 * Deletes one's own message. Deleting it again changes nothing.
 *
 * @param {Parts} parts
 * @param {Place} place
 * @param {string} id
 */
export async function deleteMessage({ database, mediaFiles, events, historyKept }, place, id) {
  const deleted = await database.transaction(async (session) => {
    const chat = await lockChat(session, place.requestId, place.userId);
    const message = await findOwn(session, chat, place.userId, id);
    if (message.deleted_at) return { chat, members: [], media: [], revision: 0 };
    await clearMessage(session, message);
    const media = await session.query(
      'DELETE FROM media_objects WHERE message_id = $1 RETURNING local_path',
      [id],
    );
    const revision = await logChange(session, {
      chatId: chat.id,
      messageId: id,
      kind: 'deleted',
      historyKept,
    });
    const members = await moveForAll(session, chat.id);
    return { chat, members, media, revision };
  });
  events.publish(deleted.members, { requestId: deleted.chat.id, revision: String(deleted.revision) });
  for (const { local_path: path } of deleted.media) await mediaFiles.delete(path);
}

/**
 * @param {Session} session
 * @param {Row} message
 */
async function clearMessage(session, message) {
  await session.query(
    `UPDATE messages
        SET content = '', deleted_at = $2, screenshot_file_name = NULL, file_name = NULL, file_size = NULL,
            file_mime_type = NULL
      WHERE id = $1`,
    [message.id, new Date()],
  );
  await session.query('UPDATE chats SET message_count = message_count - 1 WHERE id = $1', [message.chat_id]);
  await session.query(
    `UPDATE members SET unread_count = unread_count - 1
      WHERE chat_id = $1 AND user_id <> $2 AND last_read_sequence < $3`,
    [message.chat_id, message.sender_id, message.sequence],
  );
}

/**
 * @param {Session} session
 * @param {Row} chat locked
 * @param {string} userId
 * @param {string} id
 * @returns {Promise<Row>} may be a deleted one
 */
async function findOwn(session, chat, userId, id) {
  const [message] = await session.query(messageRecords('m.id = $3 AND m.chat_id = $4'), [
    userId,
    0,
    id,
    chat.id,
  ]);
  if (!message || (message.deleted_at && message.sender_id !== userId)) throw messageNotFound();
  if (message.sender_id !== userId) {
    throw new Problem(403, 'not_your_message', 'Only the sender of a message may change or delete it.');
  }
  return message;
}

function messageNotFound() {
  return new Problem(404, 'message_not_found', 'There is no such message in this chat.');
}

/**
 * @param {FastifyInstance} app
 * @param {Parts} parts
 */
export async function messageRoutes(app, parts) {
  app.post(
    '/chats/:requestId/messages',
    {
      schema: {
        params: chatParams,
        body: newMessageBody,
        response: answers({ 200: messageSchema, 201: messageSchema }),
      },
    },
    async (request, reply) => {
      const body = /** @type {NewMessage} */ (request.body);
      const { message, created } = await sendMessage(parts, placeOf(request), body);
      return reply.code(created ? 201 : 200).send(message);
    },
  );
  app.patch(
    '/chats/:requestId/messages/:id',
    { schema: { params: messageParams, body: editBody, response: answers({ 200: messageSchema }) } },
    async (request) => {
      const { content } = /** @type {{ content: string }} */ (request.body);
      return editMessage(parts, placeOf(request), idOf(request), content);
    },
  );
  app.delete(
    '/chats/:requestId/messages/:id',
    { schema: { params: messageParams, response: answers({ 204: emptySchema }) } },
    async (request, reply) => {
      await deleteMessage(parts, placeOf(request), idOf(request));
      return reply.code(204).send();
    },
  );
}

/** @param {import('fastify').FastifyRequest} request @returns {Place} */
function placeOf(request) {
  const { requestId } = /** @type {{ requestId: string }} */ (request.params);
  return { requestId, userId: request.user.id };
}

/** @param {import('fastify').FastifyRequest} request */
function idOf(request) {
  return /** @type {{ id: string }} */ (request.params).id.toLowerCase();
}
