/** What the rounds share: the reference server with its fault and the test's page, and the user's history. */
import { fileURLToPath } from 'node:url';
import { CUSTOMER } from '../../web-demo/server/auth.mjs';
import { startServer } from '../../web-demo/server/start.mjs';
import { temporaryFolder } from '../browser/harness/processes.mjs';
import { makeSite } from '../browser/harness/site.mjs';
import { clientOf } from '../server/support/client.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

const CHATS = 5;
const MESSAGES_BEFORE = 20;
const PAGE_MESSAGES = 1000;

/** Every third reply to a sent message is lost, after the message was stored. */
const fault = { dropReply: 3, method: 'POST', match: '/messages$' };

async function setFault(url, value) {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${url}test/faults`, {
    method: 'POST',
    headers,
    body: JSON.stringify(value),
  });
  if (status !== 204) throw new Error(`/test/faults answered ${status}`);
}

/** One chat as the server has it, its own messages only; asks for what is new since the last time. */
class History {
  messages = [];
  #last = 0;

  constructor(client, requestId) {
    this.client = client;
    this.requestId = requestId;
  }

  async update() {
    const pages = [];
    for (let before; ;) {
      const query = {
        afterSequence: this.#last,
        limit: PAGE_MESSAGES,
        ...(before && { beforeSequence: before }),
      };
      const page = await this.client.messages(this.requestId, query);
      pages.unshift(...page.messages);
      if (!page.covers || page.covers.from <= this.#last + 1) break;
      before = page.covers.from;
    }
    this.#last = pages.at(-1)?.sequenceNumber ?? this.#last;
    this.messages.push(...pages.filter((message) => message.clientTempId !== undefined));
  }
}

/**
 * @typedef {object} World
 * @property {string} url of the page
 * @property {string} profile folder of the browser's profile, the same for all rounds
 * @property {{ userId: string, chats: string[] }} task what every page is told
 * @property {() => Promise<void>} clearFault
 * @property {() => Promise<object[][]>} histories the user's own messages at the server, chat by chat
 * @property {() => Promise<Record<string, number>>} requests how often the server was asked what
 * @property {() => Promise<void>} end
 */

/** @returns {Promise<World>} */
export async function startWorld() {
  const [site, profile] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  await makeSite(site.path, here);
  const generate = { chats: CHATS, messages: MESSAGES_BEFORE };
  const server = await startServer({ port: 0, faults: true, staticDir: site.path, generate });
  const client = clientOf(server.url, 'customer-token');
  const chats = (await client.chats()).chats.map((chat) => chat.requestId);
  const histories = chats.map((requestId) => new History(client, requestId));
  await setFault(server.url, fault);
  return {
    url: server.url,
    profile: profile.path,
    task: { userId: CUSTOMER.id, chats },
    clearFault: () => setFault(server.url, {}),
    async histories() {
      await Promise.all(histories.map((history) => history.update()));
      return histories.map(({ messages }) => messages);
    },
    requests: async () => (await fetch(`${server.url}test/requests`)).json(),
    async end() {
      await server.close();
      await Promise.all([site.remove(), profile.remove()]);
    },
  };
}
