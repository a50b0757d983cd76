/** The reference server, with more files of random bytes than the browser has room for, and a page. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUSTOMER } from '../../web-demo/server/auth.mjs';
import { loadMessages } from '../../web-demo/server/load.mjs';
import { MediaFiles } from '../../web-demo/server/media-files.mjs';
import { startServer } from '../../web-demo/server/start.mjs';
import { uuidOf } from '../../web-demo/server/uuid.mjs';
import { temporaryFolder } from '../browser/harness/processes.mjs';
import { makeSite } from '../browser/harness/site.mjs';
import { clientOf } from '../server/support/client.mjs';
import { record } from '../server/support/records.mjs';

const MIB = 2 ** 20;

/** What the browser gives. */
export const quotaBytes = 20 * MIB;
const allBytes = 200 * MIB;
/** In turn. Those from 1 MiB on lie in the origin private file system. */
const sizes = [20_000, 1_500_000, 100_000, 3_000_000, 300_000, 800_000, 6_000_000];
const tooLarge = 24 * MIB;
const types = ['image/jpeg', 'video/mp4', 'application/pdf', 'application/octet-stream'];

const CHATS = 5;
const MESSAGES_BEFORE = 60;
const PAGE_MESSAGES = 1000;

/** All sizes, one of them larger than the browser's quota. */
function fileSizes() {
  const list = [];
  let left = allBytes - tooLarge;
  for (let i = 0; left > 0; left -= list.at(-1), i += 1) list.push(Math.min(sizes[i % sizes.length], left));
  list.splice(list.length >> 1, 0, tooLarge);
  return list;
}

const chatOf = (number) => `quota-${number % CHATS}`;

/** Every chat has messages, then those with its share of the files. */
function* records(hashes) {
  for (let number = 0; number < CHATS * MESSAGES_BEFORE; number += 1)
    yield record(chatOf(number), 1 + Math.floor(number / CHATS));
  for (const [number, size] of fileSizes().entries()) {
    const sequence = 1 + MESSAGES_BEFORE + Math.floor(number / CHATS);
    const bytes = () => {
      const random = randomBytes(size);
      hashes.set(`${chatOf(number)} ${sequence}`, createHash('sha256').update(random).digest('hex'));
      return random;
    };
    const media = {
      deviceId: 'phone',
      cameraId: 'rear',
      reason: 'chat_photo',
      mimeType: types[number % types.length],
      filename: `file-${number}`,
      isScreenshot: false,
      bytes,
    };
    yield record(chatOf(number), sequence, { sender: CUSTOMER, media });
  }
}

/** Everything in a chat, page by page. */
async function history(client, requestId) {
  const pages = [];
  for (let before; ;) {
    const query = { limit: PAGE_MESSAGES, ...(before && { beforeSequence: before }) };
    const page = await client.messages(requestId, query);
    pages.unshift(...page.messages);
    if (!page.covers || page.covers.from <= 1) return pages;
    before = page.covers.from;
  }
}

/**
 * @typedef {object} World
 * @property {string} url of the page
 * @property {string} profile
 * @property {{ userId: string, chats: string[], files: import('./page.js').ServerFile[] }} task
 * @property {() => Promise<void>} post another user writes, to one chat after the other
 * @property {() => Promise<object[][]>} histories all that the server has, chat by chat
 * @property {() => Promise<void>} end
 */

/** @returns {Promise<World>} */
export async function startWorld() {
  const [site, profile] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  await makeSite(site.path, fileURLToPath(new URL('.', import.meta.url)));
  await writeFile(join(site.path, 'failing.js'), 'Promise.reject(new Error("planted"))');
  const server = await startServer({ port: 0, staticDir: site.path });
  const hashes = new Map();
  await loadMessages(server.database, records(hashes), new MediaFiles(server.mediaDir));
  const [client, other] = ['customer-token', 'agent-token'].map((token) => clientOf(server.url, token));
  const names = Array.from({ length: CHATS }, (_, number) => chatOf(number));
  const chats = names.map((name) => uuidOf(`chat:${name}`));
  const histories = () => Promise.all(chats.map((requestId) => history(client, requestId)));
  const files = (await histories()).flatMap((messages, chat) => {
    const withFile = messages.filter(({ fileName }) => fileName !== null);
    return withFile.map(({ requestId, fileName, fileSize, sequenceNumber }) => {
      const sha256 = hashes.get(`${names[chat]} ${sequenceNumber}`);
      return { requestId, filename: fileName, size: fileSize, sha256, sequenceNumber };
    });
  });
  files.sort((a, b) => a.sequenceNumber - b.sequenceNumber);
  let posted = 0;
  return {
    url: server.url,
    profile: profile.path,
    task: { userId: CUSTOMER.id, chats, files },
    async post() {
      posted += 1;
      await other.send(chats[posted % CHATS], `${posted} written by another user`);
    },
    histories,
    async end() {
      await server.close();
      await Promise.all([site.remove(), profile.remove()]);
    },
  };
}
