/**
 * The database that the package's last build of version 3 (commit ac5f8f0) left, fixtures/version-3.json, and
 * the server beside which it was written.
 *
 * A page of that build ran `writeVersion3`, closed the larder and dumped every store. Chat 0 has 300
 * messages, all of them stored; of chat 1's 50 numbers 1 to 10 and 31 to 40 are missing; of chat 2's 40
 * messages one was edited and two were deleted after they had been stored; chat 3 has 5.
 */
import type { Larder } from 'chatlarder';
import fixture from '../../fixtures/version-3.json';
import { openRaw, putRows, type Rows } from './database.js';
import { editedAt, FakeServer, uuid } from './fake-server.js';
import { createVersion3 } from './old-database.js';

/** What chat 1 lacks. */
export const GAPS_OF_VERSION_3: [number, number][] = [
  [1, 10],
  [31, 40],
];

function firstServer(): FakeServer {
  const server = new FakeServer(0, 0);
  [300, 30, 40, 5].forEach((messages, chat) => server.addChat(chat, messages));
  return server;
}

function goOn(server: FakeServer): void {
  server.post(1, 20);
  server.edit(2, 7, { content: 'message 7, edited', updatedAt: editedAt(7, 100) });
  server.remove(2, 9);
  server.remove(2, 40);
}

/** The server as it was when the fixture was written: the same messages and the same revisions. */
export function serverOfVersion3(): FakeServer {
  const server = firstServer();
  goOn(server);
  return server;
}

/** Of chat 1 only the newest 20 messages come, then the newest 10, and nothing of a hole. */
function shortenChat1(server: FakeServer): void {
  server.tamper = (answer, { afterSequence, beforeSequence }) => {
    if (answer.requestId !== uuid(1, 1)) return answer;
    if (beforeSequence !== undefined) throw new Error('no network');
    const messages = answer.messages.slice(afterSequence ? -10 : -20);
    const to = answer.lastSequence;
    return { ...answer, messages, covers: { from: messages[0]?.sequenceNumber ?? to, to } };
  };
}

/** What the fixture was made with. */
export async function writeVersion3(open: (transport: FakeServer) => Promise<Larder>): Promise<Larder> {
  const server = firstServer();
  shortenChat1(server);
  const larder = await open(server);
  await larder.sync();
  for (const chat of [0, 1, 2, 3]) await larder.chat(uuid(1, chat)).sync();
  for (const endSeq of [250, 50]) {
    await larder.chat(uuid(1, 0)).fill({ startSeq: 1, endSeq, detectedAt: 0 });
  }
  goOn(server);
  await larder.sync();
  await larder.chat(uuid(1, 3)).markRead(4);
  server.down = true;
  return larder;
}

/** Puts the fixture into a database of this name, last synchronised just now, so that nothing has expired. */
export async function restoreVersion3(name: string): Promise<void> {
  const db = await openRaw(name, 3, createVersion3);
  db.close();
  const { chat_meta, ...stores } = fixture.stores;
  const now = Date.now();
  const positions = chat_meta.map((row) => ({ ...row, lastSyncedAt: now }));
  for (const [store, rows] of Object.entries({ ...stores, chat_meta: positions })) {
    await putRows(name, store, rows);
  }
}

/** The fixture's rows of one chat, in order. */
export function messagesOfVersion3(chat: number): Rows {
  const rows = fixture.stores.messages.filter(({ requestId }) => requestId === uuid(1, chat));
  return rows.sort((a, b) => Number(a['sequenceNumber']) - Number(b['sequenceNumber']));
}
