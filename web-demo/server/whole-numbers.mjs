/** @import { FastifyRequest } from 'fastify' */

/**
 * Hook: a query is text; where the route's schema wants a whole number and the text is one, it becomes one.
 * Everything else is left for the schema to refuse. (Fastify's own coercion would apply to bodies too, and
 * turn a number into a message.)
 *
 * @param {FastifyRequest} request
 */
export async function wholeNumbersInQuery(request) {
  const schema = /** @type {any} */ (request.routeOptions.schema)?.querystring;
  const query = /** @type {Record<string, unknown>} */ (request.query);
  for (const [name, value] of Object.entries(query)) {
    const wanted = schema?.properties[name]?.type === 'integer';
    if (wanted && typeof value === 'string' && /^-?[0-9]{1,16}$/.test(value)) query[name] = Number(value);
  }
}
