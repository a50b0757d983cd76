import { Problem } from './problems.mjs';

/** @import { FastifyInstance } from 'fastify' */

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Bodies are JSON in valid UTF-8, and nothing else. Bytes that aren't UTF-8 would otherwise be replaced
 * silently, and a message be stored that nobody wrote.
 *
 * @param {FastifyInstance} app
 */
export function jsonBodies(app) {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      parseJson(request, decoder.decode(/** @type {Buffer} */ (bytes)), (error, value) =>
        done(error && malformed(error.message), value),
      );
    } catch {
      done(malformed('its bytes are not valid UTF-8'));
    }
  });
}

/** @param {string} reason */
function malformed(reason) {
  return new Problem(400, 'malformed_json', `The body is not valid JSON: ${reason.replace(/\.$/, '')}.`);
}
