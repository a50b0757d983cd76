import { decodeCursor, encodeCursor } from './cursor.mjs';
import { Problem } from './problems.mjs';
import { answers, chatsQuery, chatsSchema } from './schemas.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { Database, Row, Session } from './database.mjs' */
/** @import { Cursor, FeedCursor, ListCursor } from './cursor.mjs' */

const LIMIT_DEFAULT = 100;

/**
 * The chats of a page with all that their records show. `page` gives the memberships in order, as
 * (chat_id, last_read_sequence, unread_count, feed_position, place).
 *
 * @param {string} page
 */
const chatRecords = (page) => `
  WITH page AS (${page})
  SELECT c.id, c.title, c.last_sequence, c.revision, c.message_count, c.last_activity_at,
         page.last_read_sequence, page.unread_count, page.feed_position,
         last.id AS last_id, last.sender_id AS last_sender_id, last.content AS last_content,
         last.created_at AS last_created_at, coalesce(u.full_name, u.username) AS last_sender_name
    FROM page
    JOIN chats c ON c.id = page.chat_id
    LEFT JOIN LATERAL (
      SELECT m.id, m.sender_id, left(m.content, 200) AS content, m.created_at
        FROM messages m
       WHERE m.chat_id = c.id AND m.deleted_at IS NULL
       ORDER BY m.sequence DESC
       LIMIT 1
    ) last ON true
    LEFT JOIN users u ON u.id = last.sender_id
   ORDER BY page.place`;

const LIST_PAGE = chatRecords(`
  SELECT m.*, row_number() OVER (ORDER BY coalesce(c.last_activity_at, '-infinity') DESC, c.id DESC) AS place
    FROM members m
    JOIN chats c ON c.id = m.chat_id
   WHERE m.user_id = $1
     AND (coalesce(c.last_activity_at, '-infinity'), c.id) < ($2::text::timestamptz, $3::uuid)
   ORDER BY place
   LIMIT $4`);

const FEED_PAGE = chatRecords(`
  SELECT m.*, m.feed_position AS place
    FROM members m
   WHERE m.user_id = $1 AND m.feed_position > $2
   ORDER BY m.feed_position
   LIMIT $3`);

/** Sorts behind every chat: where the list begins. */
const LIST_TOP = { activity: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/**
 * @typedef {{ chats: object[], cursor: string, hasMore: boolean }} ChatPage
 */

/**
 * One page of a user's chats: of the list (newest activity first) while there is no cursor or a list
 * cursor, of the change feed after that. The feed begins where the list began, so a chat that moves while
 * the list is being read comes (again) in the feed and none is ever missed.
 *
 * @param {Database} database
 * @param {string} userId
 * @param {{ cursor?: string, limit: number }} options
 * @returns {Promise<ChatPage>}
 */
export function readChats(database, userId, { cursor, limit }) {
  const decoded = cursor === undefined ? null : decodeCursor(cursor);
  if (cursor !== undefined && !decoded) {
    throw new Problem(400, 'invalid_cursor', 'The cursor is not one of ours. Start again without a cursor.', {
      path: 'cursor',
    });
  }
  return database.transaction(
    async (session) => {
      const [state] = await session.query('SELECT epoch, feed_position FROM server_state');
      const known = decoded && isOurs(decoded, state) ? decoded : null;
      return known?.kind === 'feed'
        ? readFeed(session, userId, known, limit)
        : readList(session, userId, known, state, limit);
    },
    { snapshot: true },
  );
}

/**
 * A cursor of another database (the demo's was made anew, say) is as good as none.
 *
 * @param {Cursor} cursor
 * @param {Row} state
 */
function isOurs(cursor, state) {
  const position = cursor.kind === 'feed' ? cursor.position : cursor.start;
  return cursor.epoch === state.epoch && position <= state.feed_position;
}

/**
 * @param {Session} session
 * @param {string} userId
 * @param {ListCursor | null} cursor
 * @param {Row} state
 * @param {number} limit
 * @returns {Promise<ChatPage>}
 */
async function readList(session, userId, cursor, state, limit) {
  const from = cursor ? { activity: activityText(cursor.activity), id: cursor.id } : LIST_TOP;
  const rows = await session.query(LIST_PAGE, [userId, from.activity, from.id, limit + 1]);
  const start = cursor?.start ?? state.feed_position;
  if (rows.length > limit) {
    const page = rows.slice(0, limit);
    const { id, last_activity_at } = page[limit - 1];
    const activity = last_activity_at?.getTime() ?? null;
    return pageOf(page, { kind: 'list', epoch: state.epoch, start, activity, id }, true);
  }
  const [{ more }] = await session.query(
    'SELECT EXISTS (SELECT 1 FROM members WHERE user_id = $1 AND feed_position > $2) AS more',
    [userId, start],
  );
  return pageOf(rows, { kind: 'feed', epoch: state.epoch, position: start }, more);
}

/**
 * @param {Session} session
 * @param {string} userId
 * @param {FeedCursor} cursor
 * @param {number} limit
 * @returns {Promise<ChatPage>}
 */
async function readFeed(session, userId, cursor, limit) {
  const rows = await session.query(FEED_PAGE, [userId, cursor.position, limit + 1]);
  const page = rows.slice(0, limit);
  const position = page.at(-1)?.feed_position ?? cursor.position;
  return pageOf(page, { ...cursor, position }, rows.length > limit);
}

/**
 * @param {Row[]} rows
 * @param {Cursor} cursor
 * @param {boolean} hasMore
 */
function pageOf(rows, cursor, hasMore) {
  return { chats: rows.map(chatOf), cursor: encodeCursor(cursor), hasMore };
}

/** @param {number | null} activity */
function activityText(activity) {
  return activity === null ? '-infinity' : new Date(activity).toISOString();
}

/** @param {Row} row */
function chatOf(row) {
  return {
    requestId: row.id,
    title: row.title,
    lastSequence: row.last_sequence,
    revision: String(row.revision),
    unreadCount: row.unread_count,
    lastReadSequence: row.last_read_sequence,
    totalMessageCount: row.message_count,
    lastActivityAt: row.last_activity_at?.toISOString() ?? null,
    lastMessage: row.last_id && {
      id: row.last_id,
      senderId: row.last_sender_id,
      senderName: row.last_sender_name,
      content: row.last_content,
      createdAt: row.last_created_at.toISOString(),
    },
  };
}

/**
 * @param {FastifyInstance} app
 * @param {{ database: Database }} parts
 */
export async function chatRoutes(app, { database }) {
  app.get(
    '/chats',
    { schema: { querystring: chatsQuery, response: answers({ 200: chatsSchema }) } },
    async (request) => {
      const { cursor, limit = LIMIT_DEFAULT } = /** @type {{ cursor?: string, limit?: number }} */ (
        request.query
      );
      return readChats(database, request.user.id, { cursor, limit });
    },
  );
}
