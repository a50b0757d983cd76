/** @import { Row } from './database.mjs' */

/**
 * Messages as one user sees them. Before the parameters of `where` come $1, the user, and $2, how far that
 * user has read.
 *
 * @param {string} where with the order and limit, `m` being the message
 */
export const messageRecords = (where) => `
  SELECT m.*, u.username, u.full_name, u.is_technician,
         (m.sequence <= $2::bigint OR m.sender_id IS NOT DISTINCT FROM $1::uuid) AS is_read,
         (m.sender_id IS NOT DISTINCT FROM $1::uuid) AS is_own
    FROM messages m
    LEFT JOIN users u ON u.id = m.sender_id
   WHERE ${where}`;

/** The message of the API from a row of `messageRecords`. @param {Row} row */
export function messageOf(row) {
  return {
    id: row.id,
    requestId: row.chat_id,
    sequenceNumber: row.sequence,
    senderId: row.sender_id,
    sender: row.sender_id && {
      id: row.sender_id,
      username: row.username,
      fullName: row.full_name,
      isTechnician: row.is_technician,
    },
    content: row.content,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at?.toISOString() ?? null,
    isScreenshot: row.is_screenshot,
    screenshotFileName: row.screenshot_file_name,
    fileName: row.file_name,
    fileSize: row.file_size,
    fileMimeType: row.file_mime_type,
    isReadByCurrentUser: row.is_read,
    ...(row.is_own && row.client_temp_id !== null ? { clientTempId: row.client_temp_id } : {}),
  };
}
