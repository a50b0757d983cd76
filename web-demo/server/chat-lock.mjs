import { Problem } from './problems.mjs';

/** @import { Row, Session } from './database.mjs' */

/** Also for chats that exist but aren't the asker's: who isn't a member learns nothing. */
export function chatNotFound() {
  return new Problem(404, 'chat_not_found', 'There is no such chat, or you are not a member of it.');
}

/**
 * Locks a chat's row until the transaction ends. Every write to a chat begins here, which gives each chat
 * one order of sequence numbers and revisions. Of everything that is locked, the feed position comes last
 * (`change-feed.mjs`), so no two writers wait for each other.
 *
 * @param {Session} session
 * @param {string} requestId
 * @param {string} userId must be a member
 * @returns {Promise<Row>} id, last_sequence, revision
 */
export async function lockChat(session, requestId, userId) {
  const [chat] = await session.query(
    `SELECT id, last_sequence, revision
       FROM chats
      WHERE id = $1 AND EXISTS (SELECT 1 FROM members WHERE chat_id = $1 AND user_id = $2)
        FOR NO KEY UPDATE`,
    [requestId, userId],
  );
  if (!chat) throw chatNotFound();
  return chat;
}
