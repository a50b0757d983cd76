import { createHash } from 'node:crypto';
import { Problem } from './problems.mjs';
import { uuidOf } from './uuid.mjs';

/** @import { Row, Session } from './database.mjs' */
/** @import { MediaFiles } from './media-files.mjs' */

/**
 * Something that a message carries, with what captured it.
 *
 * @typedef {object} NewMedia
 * @property {string} chatId
 * @property {string} messageId
 * @property {string} deviceId
 * @property {string} cameraId
 * @property {Date} capturedAt
 * @property {string} reason why it was captured
 * @property {string} mimeType
 * @property {string} originalFilename its extension becomes the stored one's
 * @property {Uint8Array} bytes
 */

/** Media of chats that a user ($1) is a member of. @param {string} where @param {string} order */
export const mediaRecords = (where, order = '') => `
  SELECT o.*
    FROM media_objects o
    JOIN members m ON m.chat_id = o.chat_id AND m.user_id = $1
   WHERE ${where} ${order}`;

/** Also for media of chats that aren't the asker's: who isn't a member learns nothing. */
export function mediaNotFound() {
  return new Problem(404, 'media_not_found', 'There is no such file in a chat that you are a member of.');
}

/**
 * Stores the file, then its row: a row always has its bytes. What is there already stays.
 *
 * @param {Session} session
 * @param {MediaFiles} files
 * @param {NewMedia} media
 * @returns {Promise<string>} the name that the message gives it
 */
export async function addMedia(session, files, media) {
  const { chatId, messageId, deviceId, cameraId, capturedAt, reason, mimeType, originalFilename } = media;
  const id = uuidOf(`media:${deviceId}:${messageId}:${cameraId}`);
  const extension = extensionOf(originalFilename);
  const path = pathOf(media, extension);
  await files.put(path, media.bytes);
  await session.query(
    `INSERT INTO media_objects (id, chat_id, message_id, device_id, camera_id, captured_at, reason, sha256,
                                bytes, mime_type, original_filename, local_path)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (device_id, message_id, camera_id) DO NOTHING`,
    [
      ...[id, chatId, messageId, deviceId, cameraId, capturedAt, reason],
      createHash('sha256').update(media.bytes).digest('hex'),
      ...[media.bytes.length, mimeType, originalFilename, path],
    ],
  );
  return `${id}.${extension}`;
}

/** Always the same for the same media. @param {NewMedia} media @param {string} extension */
function pathOf({ deviceId, cameraId, capturedAt, messageId }, extension) {
  return `${deviceId}/${cameraId}/${capturedAt.toISOString().slice(0, 10)}/${messageId}.${extension}`;
}

/** @param {string} filename */
function extensionOf(filename) {
  return /\.([a-z0-9]{1,8})$/i.exec(filename)?.[1].toLowerCase() ?? 'bin';
}

/** The metadata of the API from a row of `mediaRecords`; where the file lies stays here. @param {Row} row */
export function mediaOf(row) {
  return {
    id: row.id,
    requestId: row.chat_id,
    messageId: row.message_id,
    deviceId: row.device_id,
    cameraId: row.camera_id,
    capturedAt: row.captured_at.toISOString(),
    reason: row.reason,
    sha256: row.sha256,
    bytes: row.bytes,
    mimeType: row.mime_type,
    originalFilename: row.original_filename,
    filename: `${row.id}.${extensionOf(row.local_path)}`,
    createdAt: row.created_at.toISOString(),
  };
}
