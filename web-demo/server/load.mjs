import { DEMO_USERS } from './auth.mjs';
import { addMedia } from './media-records.mjs';
import { countUnread } from './read-state.mjs';
import { codePoints, CONTENT_CODE_POINTS_MAX, isStorable } from './text.mjs';
import { uuidOf } from './uuid.mjs';

/** @import { Database, Session } from './database.mjs' */
/** @import { User } from './auth.mjs' */
/** @import { MediaFiles } from './media-files.mjs' */

/**
 * Filling a database with many messages at once: from a file (`load-file.mjs`) or made up
 * (`generate.mjs`).
 *
 * @typedef {object} LoadRecord one message
 * @property {string} chat the chat's name; its id is derived from it
 * @property {string} title
 * @property {number} seq
 * @property {string} time ISO 8601
 * @property {string} nick who wrote it
 * @property {string} text
 * @property {User} [sender] instead of a user made from `nick`
 * @property {LoadMedia} [media] what the message carries
 *
 * @typedef {object} LoadMedia
 * @property {string} deviceId
 * @property {string} cameraId
 * @property {string} reason
 * @property {string} mimeType
 * @property {string} filename
 * @property {boolean} isScreenshot
 * @property {() => Uint8Array} bytes asked for when the message is stored
 *
 * @typedef {object} Unusable a line that is no message
 * @property {string} unusable why
 *
 * @typedef {object} LoadReport
 * @property {number} chats new ones
 * @property {number} messages stored
 * @property {number} known messages of chats that were there before, left as they are
 * @property {Record<string, number>} skipped counts by reason
 */

/** Measured on PGlite: smaller batches cost more round trips, larger ones no longer help. */
const BATCH_ROWS = 2000;

/** From so many new messages on, the planner's statistics are renewed. */
const ANALYZE_FROM = 10_000;

/** How many chats get something unread, for each of the demo's users, and among how many of the newest. */
const UNREAD_CHATS = 6;
const UNREAD_AMONG = 30;

/**
 * Stores all messages of chats that aren't there yet, in one transaction: all or nothing. Chats that are
 * there stay as they are, so loading twice is loading once. Sequence numbers stay as given; a number that
 * is missing is like a deleted message.
 *
 * @param {Database} database
 * @param {AsyncIterable<LoadRecord | Unusable> | Iterable<LoadRecord | Unusable>} records
 * @param {MediaFiles} [files] where media go; without it they are left out
 * @returns {Promise<LoadReport>}
 */
export async function loadMessages(database, records, files) {
  const report = await database.transaction(async (session) => {
    const load = new Load(session, files);
    for await (const record of records) await load.add(record);
    return load.finish();
  });
  if (report.messages >= ANALYZE_FROM) await database.script('ANALYZE');
  return report;
}

class Load {
  /** @type {LoadRecord[]} */
  #batch = [];
  /** @type {Map<string, { id: string, isNew: boolean }>} by name */
  #chats = new Map();
  /** @type {Map<string, string>} ids by nick */
  #users = new Map();
  /** @type {LoadReport} */
  #report = { chats: 0, messages: 0, known: 0, skipped: {} };

  /** @param {Session} session @param {MediaFiles} [files] */
  constructor(session, files) {
    this.session = session;
    this.files = files;
  }

  /** @param {LoadRecord | Unusable} record */
  async add(record) {
    const reason = 'unusable' in record ? record.unusable : reasonToSkip(record);
    if (reason) {
      this.#skip(reason, 1);
      return;
    }
    this.#batch.push(/** @type {LoadRecord} */ (record));
    if (this.#batch.length >= BATCH_ROWS) await this.#store();
  }

  async finish() {
    await this.#store();
    const ids = [...this.#chats.values()].filter((chat) => chat.isNew).map((chat) => chat.id);
    await sumUp(this.session, ids);
    await addMembers(this.session, ids);
    await leaveSomeUnread(this.session, ids);
    return { ...this.#report, chats: ids.length };
  }

  async #store() {
    const batch = this.#batch;
    this.#batch = [];
    await this.#addChats(batch);
    const fresh = batch.filter((record) => this.#chats.get(record.chat)?.isNew);
    await this.#addUsers(fresh);
    const stored = await this.#addMessages(fresh);
    for (const record of fresh) await this.#addMedia(record);
    this.#report.known += batch.length - fresh.length;
    this.#report.messages += stored;
    this.#skip('repeated', fresh.length - stored);
  }

  /** @param {string} reason @param {number} count */
  #skip(reason, count) {
    if (count > 0) this.#report.skipped[reason] = (this.#report.skipped[reason] ?? 0) + count;
  }

  /** @param {LoadRecord[]} batch */
  async #addChats(batch) {
    const unseen = batch.filter((record) => !this.#chats.has(record.chat));
    const chats = [...new Map(unseen.map((record) => [record.chat, record])).values()].map(
      ({ chat, title }) => ({
        name: chat,
        id: uuidOf(`chat:${chat}`),
        title,
      }),
    );
    if (chats.length === 0) return;
    const rows = await this.session.query(
      `INSERT INTO chats (id, title, revision, forgotten_revision)
       SELECT r.id, r.title, s.epoch, s.epoch
         FROM json_to_recordset($1::json) AS r(id uuid, title text), server_state s
       ON CONFLICT (id) DO NOTHING
       RETURNING id`,
      [JSON.stringify(chats)],
    );
    const added = new Set(rows.map((row) => row.id));
    for (const { name, id } of chats) this.#chats.set(name, { id, isNew: added.has(id) });
  }

  /** @param {LoadRecord[]} batch */
  async #addUsers(batch) {
    const unseen = batch.filter((record) => !record.sender && !this.#users.has(record.nick));
    const users = [...new Set(unseen.map((record) => record.nick))].map((username) => ({
      id: uuidOf(`nick:${username}`),
      username,
    }));
    if (users.length === 0) return;
    await this.session.query(
      `INSERT INTO users (id, username)
       SELECT id, username FROM json_to_recordset($1::json) AS r(id uuid, username text)
       ON CONFLICT (id) DO NOTHING`,
      [JSON.stringify(users)],
    );
    for (const user of users) this.#users.set(user.username, user.id);
  }

  /** @param {LoadRecord[]} batch @returns {Promise<number>} how many were stored */
  async #addMessages(batch) {
    if (batch.length === 0) return 0;
    const messages = batch.map((record) => ({
      id: idOf(record),
      chat_id: this.#chats.get(record.chat)?.id,
      sequence: record.seq,
      sender_id: record.sender?.id ?? this.#users.get(record.nick),
      content: record.text,
      created_at: record.time,
    }));
    const [{ count }] = await this.session.query(
      `WITH stored AS (
         INSERT INTO messages (id, chat_id, sequence, sender_id, content, created_at)
         SELECT id, chat_id, sequence, sender_id, content, created_at
           FROM json_to_recordset($1::json) AS r(
             id uuid, chat_id uuid, sequence bigint, sender_id uuid, content text, created_at timestamptz)
         ON CONFLICT DO NOTHING
         RETURNING 1)
       SELECT count(*) AS count FROM stored`,
      [JSON.stringify(messages)],
    );
    return count;
  }

  /** @param {LoadRecord} record stored */
  async #addMedia(record) {
    const { media, time } = record;
    if (!media || !this.files) return;
    const [chatId, messageId] = [String(this.#chats.get(record.chat)?.id), idOf(record)];
    const { isScreenshot, filename: originalFilename, ...captured } = media;
    const bytes = media.bytes();
    const capturedAt = new Date(time);
    const added = { ...captured, chatId, messageId, capturedAt, originalFilename, bytes };
    const name = await addMedia(this.session, this.files, added);
    await this.session.query(
      `UPDATE messages
          SET is_screenshot = $2, screenshot_file_name = $3, file_name = $4, file_size = $5,
              file_mime_type = $6
        WHERE id = $1`,
      [
        messageId,
        isScreenshot,
        ...(isScreenshot ? [name, null] : [null, name]),
        bytes.length,
        media.mimeType,
      ],
    );
  }
}

/** @param {LoadRecord} record */
function idOf({ chat, seq }) {
  return uuidOf(`message:${seq}:${chat}`);
}

/** @param {LoadRecord} record @returns {string | null} */
function reasonToSkip({ chat, seq, time, nick, text }) {
  const isRecord =
    [chat, nick].every((name) => typeof name === 'string' && name !== '' && isStorable(name)) &&
    typeof text === 'string' &&
    Number.isSafeInteger(seq) &&
    seq > 0 &&
    isTime(time);
  if (!isRecord) return 'invalid';
  if (text === '') return 'empty';
  if (!isStorable(text)) return 'not storable';
  if (text.length > CONTENT_CODE_POINTS_MAX && codePoints(text) > CONTENT_CODE_POINTS_MAX) return 'too long';
  return null;
}

/** A full ISO 8601 time with its zone, of a year with four digits. @param {unknown} time */
function isTime(time) {
  return (
    typeof time === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/.test(time) &&
    Date.parse(time) >= 0
  );
}

/**
 * What a chat's row says about its messages.
 *
 * @param {Session} session
 * @param {string[]} ids
 */
async function sumUp(session, ids) {
  await session.query(
    `UPDATE chats
        SET message_count = sums.count, last_sequence = sums.last, last_activity_at = newest.created_at
       FROM (SELECT chat_id, count(*) AS count, max(sequence) AS last
               FROM messages WHERE chat_id = ANY($1::uuid[]) GROUP BY chat_id) sums
       JOIN messages newest ON newest.chat_id = sums.chat_id AND newest.sequence = sums.last
      WHERE chats.id = sums.chat_id`,
    [ids],
  );
}

/**
 * The demo's users become members and have read everything. Each chat takes its own feed position.
 *
 * @param {Session} session
 * @param {string[]} ids
 */
async function addMembers(session, ids) {
  if (ids.length === 0) return;
  await session.query(
    `WITH state AS (
       UPDATE server_state SET feed_position = feed_position + $3 RETURNING feed_position - $3 AS base)
     INSERT INTO members (chat_id, user_id, last_read_sequence, feed_position)
     SELECT c.id, u.id, c.last_sequence, state.base + c.place
       FROM state,
            (SELECT id, last_sequence, row_number() OVER (ORDER BY last_activity_at, id) AS place
               FROM chats WHERE id = ANY($1::uuid[])) c
      CROSS JOIN unnest($2::uuid[]) AS u(id)`,
    [ids, DEMO_USERS.map((user) => user.id), ids.length],
  );
}

/**
 * A few of the newest chats have something unread; always the same ones for the same data.
 *
 * @param {Session} session
 * @param {string[]} ids
 */
async function leaveSomeUnread(session, ids) {
  const newest = await session.query(
    'SELECT id FROM chats WHERE id = ANY($1::uuid[]) ORDER BY last_activity_at DESC, id LIMIT $2',
    [ids, UNREAD_AMONG],
  );
  for (const user of DEMO_USERS) {
    const chosen = newest
      .map(({ id }) => ({ id, draw: uuidOf(`unread:${user.id}:${id}`) }))
      .sort((a, b) => (a.draw < b.draw ? -1 : 1))
      .slice(0, Math.min(UNREAD_CHATS, Math.ceil(newest.length / 2)));
    for (const { id, draw } of chosen)
      await leaveUnread(session, id, user.id, 1 + (parseInt(draw.slice(0, 4), 16) % 20));
  }
}

/**
 * @param {Session} session
 * @param {string} chatId
 * @param {string} userId
 * @param {number} messages about so many
 */
async function leaveUnread(session, chatId, userId, messages) {
  const [row] = await session.query(
    'SELECT sequence FROM messages WHERE chat_id = $1 ORDER BY sequence DESC OFFSET $2 LIMIT 1',
    [chatId, messages],
  );
  const lastRead = row?.sequence ?? 0;
  const unread = await countUnread(session, chatId, userId, lastRead);
  await session.query(
    'UPDATE members SET last_read_sequence = $3, unread_count = $4 WHERE chat_id = $1 AND user_id = $2',
    [chatId, userId, lastRead, unread],
  );
}
