import { findMedia } from './media-downloads.mjs';
import { mediaNotFound, mediaOf, mediaRecords } from './media-records.mjs';
import { Problem } from './problems.mjs';
import {
  answers,
  deviceParams,
  mediaFileQuery,
  mediaListSchema,
  mediaParams,
  mediaQuery,
  mediaSchema,
} from './schemas.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { Database, Row } from './database.mjs' */

const LIMIT_DEFAULT = 50;

/** Sorts before every capture: where the list begins. */
const LIST_TOP = { capturedAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

const LIST_PAGE = mediaRecords(
  'o.device_id = $2 AND (o.captured_at, o.id) < ($3::text::timestamptz, $4::uuid)',
  'ORDER BY o.captured_at DESC, o.id DESC LIMIT $5',
);

/**
 * What a device captured in a user's chats, newest capture first. A device that captured nothing there is as
 * unknown as one that isn't.
 *
 * @param {Database} database
 * @param {string} userId
 * @param {string} deviceId
 * @param {{ cursor?: string, limit?: number }} page
 */
export async function listMedia(database, userId, deviceId, { cursor, limit = LIMIT_DEFAULT }) {
  const after = cursor === undefined ? LIST_TOP : decode(cursor);
  const found = await database.query(LIST_PAGE, [userId, deviceId, after.capturedAt, after.id, limit + 1]);
  if (found.length === 0 && cursor === undefined) throw mediaNotFound();
  const rows = found.slice(0, limit);
  const hasMore = found.length > limit;
  return { media: rows.map(mediaOf), cursor: hasMore ? encode(rows[limit - 1]) : null, hasMore };
}

const PLACE = /^\["([0-9T:.-]{23}Z)","([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"\]$/;

/** The place after a row, opaque to clients. @param {Row} row */
function encode({ captured_at: capturedAt, id }) {
  return Buffer.from(JSON.stringify([capturedAt.toISOString(), id]), 'utf8').toString('base64url');
}

/** @param {string} cursor */
function decode(cursor) {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const [, capturedAt, id] = PLACE.exec(text) ?? [];
  if (capturedAt && id && !Number.isNaN(Date.parse(capturedAt))) return { capturedAt, id };
  throw new Problem(400, 'invalid_cursor', 'The cursor is not one of ours. Start again without a cursor.', {
    path: 'cursor',
  });
}

/**
 * @param {FastifyInstance} app
 * @param {{ database: Database }} parts
 */
export async function mediaRoutes(app, { database }) {
  app.get(
    '/media/:id',
    {
      schema: { params: mediaParams, querystring: mediaFileQuery, response: answers({ 200: mediaSchema }) },
    },
    async (request) => mediaOf(await findMedia(database, request)),
  );
  app.get(
    '/devices/:deviceId/media',
    {
      schema: { params: deviceParams, querystring: mediaQuery, response: answers({ 200: mediaListSchema }) },
    },
    async (request) => {
      const { deviceId } = /** @type {{ deviceId: string }} */ (request.params);
      const page = /** @type {{ cursor?: string, limit?: number }} */ (request.query);
      return listMedia(database, request.user.id, deviceId, page);
    },
  );
}
