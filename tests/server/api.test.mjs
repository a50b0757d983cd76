import { after, before, describe } from 'node:test';
import { buildServer } from '../../web-demo/server/app.mjs';
import { clientOf } from './support/client.mjs';
import { empty, ENGINES } from './support/engines.mjs';
import { authSuite } from './suites/auth.mjs';
import { chatsSuite } from './suites/chats.mjs';
import { concurrencySuite } from './suites/concurrency.mjs';
import { editsSuite } from './suites/edits.mjs';
import { eventsSuite } from './suites/events.mjs';
import { faultsSuite } from './suites/faults.mjs';
import { loadSuite } from './suites/load.mjs';
import { mediaSuite } from './suites/media.mjs';
import { pagesSuite } from './suites/pages.mjs';
import { problemsSuite } from './suites/problems.mjs';
import { readSuite } from './suites/read.mjs';
import { revisionsSuite } from './suites/revisions.mjs';
import { samplesSuite } from './suites/samples.mjs';
import { sendingSuite } from './suites/sending.mjs';

/** @import { Database } from '../../web-demo/server/database.mjs' */
/** @import { ServerOptions } from '../../web-demo/server/app.mjs' */

/** A wait that never ends fails instead. */
const SUITE_MS_MAX = 180_000;

const SUITES = {
  auth: authSuite,
  chats: chatsSuite,
  pages: pagesSuite,
  revisions: revisionsSuite,
  sending: sendingSuite,
  edits: editsSuite,
  read: readSuite,
  concurrency: concurrencySuite,
  events: eventsSuite,
  problems: problemsSuite,
  faults: faultsSuite,
  load: loadSuite,
  media: mediaSuite,
  samples: samplesSuite,
};

/**
 * What a suite works with: a server on an empty database, and its two users.
 *
 * @typedef {object} Context
 * @property {Database} database
 * @property {string} url
 * @property {ReturnType<typeof clientOf>} agent
 * @property {ReturnType<typeof clientOf>} customer
 * @property {(options?: Partial<ServerOptions>) => Promise<Served>} serve another server on the same
 * database, until the suite ends
 *
 * @typedef {{ url: string, close: () => Promise<void> }} Served
 */

for (const engine of ENGINES) {
  if (engine.skip) console.error(`\n*** ${engine.skip} ***\n`);
  describe(engine.name, { skip: engine.skip, timeout: SUITE_MS_MAX }, () => {
    /** @type {Awaited<ReturnType<typeof engine.open>>} */
    let opened;
    before(async () => {
      opened = await engine.open();
    });
    after(() => opened.stop());
    for (const [name, suite] of Object.entries(SUITES)) {
      describe(name, () => {
        const context = /** @type {Context} */ ({});
        /** @type {Served[]} */
        const servers = [];
        before(async () => {
          const { database } = opened;
          await empty(database);
          const serve = async (options = {}) => {
            const served = await serveOn(database, options);
            servers.push(served);
            return served;
          };
          const { url } = await serve({ faults: true });
          const [agent, customer] = [clientOf(url), clientOf(url, 'customer-token')];
          Object.assign(context, { database, url, serve, agent, customer });
        });
        after(() => Promise.all(servers.map((served) => served.close())));
        suite(context);
      });
    }
  });
}

/**
 * @param {Database} database
 * @param {Partial<ServerOptions>} options
 * @returns {Promise<Served>}
 */
async function serveOn(database, options) {
  const app = await buildServer({ database, ...options });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${address}/`, close: () => app.close() };
}
