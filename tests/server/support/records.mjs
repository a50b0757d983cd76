import { loadMessages } from '../../../web-demo/server/load.mjs';
import { uuidOf } from '../../../web-demo/server/uuid.mjs';

/** @import { Database } from '../../../web-demo/server/database.mjs' */

const START_MS = Date.parse('2024-03-01T08:00:00Z');

/**
 * One message for the loader. The later the sequence number and the chat's `minute`, the newer.
 *
 * @param {string} chat
 * @param {number} seq
 * @param {object} [more]
 */
export function record(chat, seq, more = {}) {
  return {
    chat,
    title: `Chat ${chat}`,
    seq,
    time: new Date(START_MS + seq * 1000).toISOString(),
    nick: seq % 2 ? 'ada' : 'brian',
    text: `${chat} message ${seq}`,
    ...more,
  };
}

/**
 * Makes a chat with messages of these sequence numbers; everything is read by everyone.
 *
 * @param {Database} database
 * @param {string} chat
 * @param {number[]} sequences
 * @param {object} [more]
 * @returns {Promise<string>} its id
 */
export async function addChat(database, chat, sequences, more = {}) {
  await loadMessages(
    database,
    sequences.map((seq) => record(chat, seq, more)),
  );
  await database.query(
    `UPDATE members m SET unread_count = 0, last_read_sequence = c.last_sequence
       FROM chats c WHERE c.id = m.chat_id AND c.id = $1`,
    [uuidOf(`chat:${chat}`)],
  );
  return uuidOf(`chat:${chat}`);
}

/** @param {number} count */
export function upTo(count) {
  return Array.from({ length: count }, (_, index) => index + 1);
}
