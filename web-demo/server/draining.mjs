/** @import { FastifyInstance } from 'fastify' */

const WAIT_MS_MAX = 5000;

/**
 * Closing lets requests that are under way be answered, for a while, and then ends every connection.
 * (Waiting for connections instead would wait for those that browsers open in advance and never use.)
 * Must be called after all other `preClose` hooks that make requests end.
 *
 * @param {FastifyInstance} app made with `forceCloseConnections: true`
 */
export function drainOnClose(app) {
  /** @type {Set<unknown>} */
  const underWay = new Set();
  let onAnswered = () => {};

  app.addHook('onRequest', async (_request, { raw }) => {
    underWay.add(raw);
    raw.once('close', () => {
      underWay.delete(raw);
      onAnswered();
    });
  });
  app.addHook('preClose', async () => {
    if (underWay.size === 0) return;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, WAIT_MS_MAX);
      onAnswered = () => {
        if (underWay.size > 0) return;
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  });
}
