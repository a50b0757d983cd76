/** @import { Session } from './database.mjs' */

/**
 * Moves a chat to the end of its members' change feeds. It must be the last statement of a writing
 * transaction: the counter's row stays locked until the commit, so positions become visible in their order
 * and a reader who has seen position N will never find a new one below it.
 */

const RAISE = 'UPDATE server_state SET feed_position = feed_position + 1 RETURNING feed_position';

/**
 * For all members.
 *
 * @param {Session} session
 * @param {string} chatId
 * @returns {Promise<string[]>} the members, to be told after the commit
 */
export async function moveForAll(session, chatId) {
  const rows = await session.query(
    `WITH state AS (${RAISE})
     UPDATE members SET feed_position = state.feed_position FROM state WHERE chat_id = $1
     RETURNING user_id`,
    [chatId],
  );
  return rows.map((row) => row.user_id);
}

/**
 * For one member, whose read state it was that changed.
 *
 * @param {Session} session
 * @param {string} chatId
 * @param {string} userId
 */
export async function moveForOne(session, chatId, userId) {
  await session.query(
    `WITH state AS (${RAISE})
     UPDATE members SET feed_position = state.feed_position FROM state WHERE chat_id = $1 AND user_id = $2`,
    [chatId, userId],
  );
}
