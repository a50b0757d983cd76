import { mediaNotFound, mediaRecords } from './media-records.mjs';
import { Problem } from './problems.mjs';
import { isKnownVersion, isSameVersion, rangeOf } from './ranges.mjs';
import { answers, mediaFileQuery, mediaParams } from './schemas.mjs';

/** @import { FileHandle } from 'node:fs/promises' */
/** @import { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify' */
/** @import { Database, Row, Session } from './database.mjs' */
/** @import { MediaFiles } from './media-files.mjs' */

const NOT_MODIFIED = 304;
const RANGE_NOT_SATISFIABLE = 416;

/**
 * The row of a file in one of the user's chats, or in the chat that the request names; or 404.
 *
 * @param {Session} session
 * @param {FastifyRequest} request
 * @returns {Promise<Row>}
 */
export async function findMedia(session, request) {
  const { id } = /** @type {{ id: string }} */ (request.params);
  const { requestId = null } = /** @type {{ requestId?: string }} */ (request.query);
  const [uuid] = id.toLowerCase().split('.', 1);
  const asked = mediaRecords('o.id = $2 AND ($3::uuid IS NULL OR o.chat_id = $3::uuid)');
  const [row] = await session.query(asked, [request.user.id, uuid, requestId]);
  if (!row) throw mediaNotFound();
  return row;
}

/**
 * Streams a file, or the part of it that is asked for. The headers say what the whole is, so that a client
 * can prove what it got, and that a browser must not show it as a page of ours.
 *
 * @param {FastifyInstance} app
 * @param {{ database: Database, mediaFiles: MediaFiles }} parts
 */
export async function mediaDownloadRoutes(app, { database, mediaFiles }) {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/media/:id/download',
    schema: { params: mediaParams, querystring: mediaFileQuery, response: answers({}) },
    handler: async (request, reply) => {
      const row = await findMedia(database, request);
      if (isKnownVersion(request.headers['if-none-match'], tagOf(row))) {
        return reply.code(NOT_MODIFIED).header('etag', tagOf(row)).send();
      }
      const file = await openWhole(mediaFiles, row);
      return sendFile(request, reply, file, row);
    },
  });
}

/** The version of a file: its hash. @param {Row} row */
function tagOf(row) {
  return `"${row.sha256}"`;
}

/** @param {Row} row */
function headersOf(row) {
  return {
    etag: tagOf(row),
    'accept-ranges': 'bytes',
    'repr-digest': `sha-256=:${Buffer.from(row.sha256, 'hex').toString('base64')}:`,
    'content-disposition': `attachment; filename*=UTF-8''${encoded(row.original_filename)}`,
    'content-security-policy': 'sandbox',
    'cross-origin-resource-policy': 'same-origin',
    'x-message-id': row.message_id,
  };
}

/** The characters that RFC 8187 leaves as they are, and all others by their bytes. @param {string} name */
function encoded(name) {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

/**
 * Opens a file that is as long as its row says. One that isn't is never sent under the row's hash.
 *
 * @param {MediaFiles} files
 * @param {Row} row
 * @returns {Promise<FileHandle>}
 */
async function openWhole(files, row) {
  const file = await files.open(row.local_path);
  if (file && (await file.stat()).size === row.bytes) return file;
  await file?.close();
  throw new Problem(410, 'media_gone', 'The server has lost the bytes of this file.');
}

/**
 * @param {FastifyRequest} request
 * @param {FastifyReply} reply
 * @param {FileHandle} file closed when it has been sent
 * @param {Row} row
 */
async function sendFile({ method, headers }, reply, file, row) {
  const isResumable = isSameVersion(headers['if-range']?.toString(), tagOf(row));
  const range = method === 'GET' && isResumable ? rangeOf(headers.range, row.bytes) : null;
  if (range === 'unsatisfiable') {
    await file.close();
    throw unsatisfiable(row.bytes);
  }
  const { start, end } = range ?? { start: 0, end: row.bytes - 1 };
  reply.type(row.mime_type).headers({ ...headersOf(row), 'content-length': end - start + 1 });
  if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${row.bytes}`);
  if (method !== 'HEAD' && end >= start) return reply.send(file.createReadStream({ start, end }));
  await file.close();
  return reply.send();
}

/** @param {number} size */
function unsatisfiable(size) {
  return new Problem(RANGE_NOT_SATISFIABLE, 'range_not_satisfiable', `The file has ${size} bytes.`, {
    headers: { 'content-range': `bytes */${size}` },
  });
}
