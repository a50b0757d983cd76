/** @import { Session } from './database.mjs' */

/**
 * Notes an edit or a deletion in the chat's change log under a new revision, and forgets what is older
 * than the newest `historyKept` changes.
 *
 * @param {Session} session
 * @param {{ chatId: string, messageId: string, kind: 'edited' | 'deleted', historyKept: number }} change
 * @returns {Promise<number>} the new revision
 */
export async function logChange(session, { chatId, messageId, kind, historyKept }) {
  const [{ revision }] = await session.query(
    'UPDATE chats SET revision = revision + 1 WHERE id = $1 RETURNING revision',
    [chatId],
  );
  await session.query(
    'INSERT INTO message_changes (chat_id, revision, message_id, kind) VALUES ($1, $2, $3, $4)',
    [chatId, revision, messageId, kind],
  );
  await forget(session, chatId, historyKept);
  return revision;
}

/**
 * @param {Session} session
 * @param {string} chatId
 * @param {number} historyKept
 */
async function forget(session, chatId, historyKept) {
  await session.query(
    `WITH dropped AS (
       DELETE FROM message_changes
        WHERE chat_id = $1 AND revision <= (
          SELECT revision FROM message_changes WHERE chat_id = $1 ORDER BY revision DESC OFFSET $2 LIMIT 1)
       RETURNING revision)
     UPDATE chats SET forgotten_revision = (SELECT max(revision) FROM dropped)
      WHERE id = $1 AND EXISTS (SELECT 1 FROM dropped)`,
    [chatId, historyKept],
  );
}
