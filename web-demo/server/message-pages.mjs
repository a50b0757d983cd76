import { messageOf, messageRecords } from './message-records.mjs';
import { chatNotFound } from './chat-lock.mjs';
import { answers, chatParams, messagesQuery, messagesSchema } from './schemas.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { Database, Row, Session } from './database.mjs' */

const LIMIT_DEFAULT = 50;

/** More changes than this since the client's revision: fetching again is the better answer. */
const CHANGES_MAX = 1000;

const CHAT = `
  SELECT c.id, c.last_sequence, c.revision, c.forgotten_revision, c.message_count,
         m.last_read_sequence, m.unread_count
    FROM chats c
    JOIN members m ON m.chat_id = c.id
   WHERE c.id = $1 AND m.user_id = $2`;

const PAGE = messageRecords(`
  m.chat_id = $3 AND m.sequence > $4 AND m.sequence < $5 AND m.deleted_at IS NULL
  ORDER BY m.sequence DESC
  LIMIT $6`);

const EDITED = messageRecords(`
  m.chat_id = $3 AND m.sequence <= $4 AND m.deleted_at IS NULL AND m.id IN (
    SELECT message_id FROM message_changes WHERE chat_id = $3 AND revision > $5 AND kind = 'edited')
  ORDER BY m.sequence`);

const DELETED = `
  SELECT m.id, m.sequence
    FROM message_changes change
    JOIN messages m ON m.id = change.message_id
   WHERE change.chat_id = $1 AND change.revision > $2 AND change.kind = 'deleted'
   ORDER BY m.sequence`;

/**
 * @typedef {object} PageRequest
 * @property {number} [afterSequence]
 * @property {number} [beforeSequence]
 * @property {number} [limit]
 * @property {string} [sinceRevision]
 */

/**
 * The one rule of paging: the newest `limit` messages with afterSequence < sequenceNumber < beforeSequence,
 * ascending. With `sinceRevision` also what was edited (up to afterSequence) and deleted since.
 * Everything is read in one snapshot, so the revision and the rows agree.
 *
 * @param {Database} database
 * @param {string} userId
 * @param {string} requestId
 * @param {PageRequest} request
 */
export function readMessages(database, userId, requestId, request) {
  return database.transaction(
    async (session) => {
      const [chat] = await session.query(CHAT, [requestId, userId]);
      if (!chat) throw chatNotFound();
      if (
        request.sinceRevision !== undefined &&
        !(await isWithinReach(session, chat, request.sinceRevision))
      ) {
        return { ...headOf(chat), messages: [], covers: null, tombstones: [], resetRequired: true };
      }
      const changes = await readChanges(session, userId, chat, request);
      const page = await readPage(session, userId, chat, request);
      return {
        ...headOf(chat),
        messages: [...changes.edited, ...page.rows].map(messageOf),
        covers: page.covers,
        tombstones: changes.deleted.map((row) => ({ id: row.id, sequenceNumber: row.sequence })),
      };
    },
    { snapshot: true },
  );
}

/** What every answer says of the chat. @param {Row} chat */
function headOf(chat) {
  return {
    requestId: chat.id,
    lastSequence: chat.last_sequence,
    revision: String(chat.revision),
    totalMessageCount: chat.message_count,
    unreadCount: chat.unread_count,
    lastReadSequence: chat.last_read_sequence,
  };
}

/**
 * Whether "what changed since" can be answered: the revision is one of this chat's, its successors are
 * still in the change log, and they aren't too many.
 *
 * @param {Session} session
 * @param {Row} chat
 * @param {string} sinceRevision
 */
async function isWithinReach(session, chat, sinceRevision) {
  const revision = /^[0-9]{1,15}$/.test(sinceRevision) ? Number(sinceRevision) : NaN;
  if (!(revision >= chat.forgotten_revision && revision <= chat.revision)) return false;
  const [{ count }] = await session.query(
    `SELECT count(*) AS count FROM (
       SELECT 1 FROM message_changes WHERE chat_id = $1 AND revision > $2 LIMIT $3) AS changes`,
    [chat.id, revision, CHANGES_MAX + 1],
  );
  return count <= CHANGES_MAX;
}

/**
 * @param {Session} session
 * @param {string} userId
 * @param {Row} chat
 * @param {PageRequest} request
 * @returns {Promise<{ edited: Row[], deleted: Row[] }>}
 */
async function readChanges(session, userId, chat, { sinceRevision, afterSequence = 0 }) {
  if (sinceRevision === undefined || Number(sinceRevision) === chat.revision)
    return { edited: [], deleted: [] };
  const since = Number(sinceRevision);
  const reader = [userId, chat.last_read_sequence];
  return {
    edited: await session.query(EDITED, [...reader, chat.id, afterSequence, since]),
    deleted: await session.query(DELETED, [chat.id, since]),
  };
}

/**
 * One row more than asked for is read, to know whether the limit cut the page off.
 *
 * @param {Session} session
 * @param {string} userId
 * @param {Row} chat
 * @param {PageRequest} request
 */
async function readPage(session, userId, chat, request) {
  const { afterSequence: after = 0, beforeSequence = Infinity, limit = LIMIT_DEFAULT } = request;
  const before = Math.min(beforeSequence, chat.last_sequence + 1);
  const reader = [userId, chat.last_read_sequence];
  const found = await session.query(PAGE, [...reader, chat.id, after, before, limit + 1]);
  const rows = found.slice(0, limit).reverse();
  const from = found.length > limit ? rows[0].sequence : after + 1;
  const to = before - 1;
  return { rows, covers: from <= to ? { from, to } : null };
}

/**
 * @param {FastifyInstance} app
 * @param {{ database: Database }} parts
 */
export async function messagePageRoutes(app, { database }) {
  app.get(
    '/chats/:requestId/messages',
    {
      schema: { params: chatParams, querystring: messagesQuery, response: answers({ 200: messagesSchema }) },
    },
    async (request) => {
      const { requestId } = /** @type {{ requestId: string }} */ (request.params);
      return readMessages(database, request.user.id, requestId, /** @type {PageRequest} */ (request.query));
    },
  );
}
