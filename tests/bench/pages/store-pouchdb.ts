/**
 * PouchDB as its documentation says: `bulkDocs` for many
 * (https://pouchdb.com/guides/bulk-operations.html), and ids that sort, so that `allDocs` reads a page by a
 * range of them, without a secondary index ("Use and abuse your doc IDs",
 * https://pouchdb.com/2014/06/17/12-pro-tips-for-better-code-with-pouchdb.html). There is no transaction over
 * several documents; `bulkDocs` puts them into one where it can. A chat's document can only be changed by who
 * knows its last revision: those of one chat wait for each other. The adapter is the default one, `idb`; with
 * `pouchdb-adapter-indexeddb`, which has to be chosen, ingesting took about 0.8 of the time in a short trial.
 */
import PouchDB from 'pouchdb-browser';
import type { CachedMessage, OfflineOperation } from 'chatlarder';
import { chatId, type ServerMessage } from './support/messages.js';
import { chatRow, type ChatRow } from './support/optimal.js';
import { parse, type ListPage, type MessagesPage } from './support/pages.js';
import { LiveRows, listOf, type BenchStore, type StoreTask } from './support/store.js';
import { sampleOf } from './support/stored.js';

type Document = { _id: string; _rev?: string; _deleted?: boolean } & Record<string, unknown>;
type ChatDocument = ChatRow & { _id: string; _rev?: string };

const LAST = '\ufff0';
const messageKey = (requestId: string, sequence: number) =>
  `m:${requestId}:${String(sequence).padStart(16, '0')}`;
const operationKey = ({ createdAt, id }: OfflineOperation) =>
  `o:${String(createdAt).padStart(16, '0')}:${id}`;

function asDocument(message: ServerMessage, cachedAt: number): Document {
  const { requestId, sequenceNumber } = message;
  return { _id: messageKey(requestId, sequenceNumber), ...message, status: 'sent', cachedAt };
}

export async function open({ user }: StoreTask): Promise<BenchStore> {
  const db = new PouchDB<object>(user);

  /** Writes documents and gives their revisions; one that was refused is an error. */
  async function write(documents: object[]): Promise<string[]> {
    const results = await db.bulkDocs(documents);
    return results.map((result) => {
      if ('error' in result) throw new Error(`a document was not written: ${result.message}`);
      return result.rev!;
    });
  }

  async function documentsOf<T>(kind: string): Promise<T[]> {
    const { rows } = await db.allDocs({ startkey: kind, endkey: kind + LAST, include_docs: true });
    return rows.map((row) => (row as { doc?: unknown }).doc as T);
  }

  const allRows = () => documentsOf<ChatDocument>('c:');

  /** Writes rows of chats, and messages with them; the rows' next revisions are known then. */
  async function writeLive(documents: object[], rows: ChatDocument[]): Promise<void> {
    const revisions = await write([...rows, ...documents]);
    rows.forEach((row, i) => (row._rev = revisions[i]!));
  }

  let live: LiveRows<ChatDocument>;
  const lastOfChat = new Map<string, Promise<void>>();

  return {
    ingest: async (list, pages) => {
      const { chats, cursor } = parse<ListPage>(list);
      const chatById = new Map(chats.map((chat) => [chat.requestId, chat]));
      const revisions = new Map((await allRows()).map(({ _id, _rev }) => [_id, _rev]));
      const position = await db.get('sync').catch(() => ({}));
      const now = Date.now();
      const documents: object[] = [{ ...position, _id: 'sync', chatsCursor: cursor }];
      for (const bytes of pages) {
        const page = parse<MessagesPage>(bytes);
        for (const message of page.messages) documents.push(asDocument(message, now));
        const _id = `c:${page.requestId}`;
        const row = chatRow(page, chatById.get(page.requestId)!, now);
        documents.push({ _id, ...(revisions.has(_id) && { _rev: revisions.get(_id) }), ...row });
      }
      await write(documents);
    },
    prepareLive: async () => {
      live = new LiveRows(await allRows());
    },
    receive: async (bytes) => {
      const message = parse<ServerMessage>(bytes);
      const { requestId } = message;
      const before = lastOfChat.get(requestId) ?? Promise.resolve();
      const written = before.then(() => writeLive([asDocument(message, Date.now())], [live.take(message)]));
      lastOfChat.set(requestId, written);
      await written;
    },
    receiveAll: async (all) => {
      const messages = all.map((bytes) => parse<ServerMessage>(bytes));
      const now = Date.now();
      await writeLive(
        messages.map((message) => asDocument(message, now)),
        live.takeAll(messages),
      );
    },
    newest: async (requestId, limit, before) => {
      const startkey = before === undefined ? `m:${requestId}:${LAST}` : messageKey(requestId, before - 1);
      const range = { startkey, endkey: `m:${requestId}:`, descending: true };
      const { rows } = await db.allDocs({ ...range, limit, include_docs: true });
      return rows.map((row) => (row as { doc?: unknown }).doc as ServerMessage).reverse();
    },
    chats: async (limit) => listOf(await allRows(), limit),
    stored: async (chat, sequence) => {
      const { rows } = await db.allDocs({ startkey: 'm:', endkey: `m:${LAST}` });
      const one = await db.get(messageKey(chatId(chat), sequence)).catch(() => null);
      return { count: rows.length, sample: sampleOf(one, ['cachedAt']) };
    },
    send: async (message: CachedMessage, operation) => {
      const { _cachedAt: cachedAt, _syncVersion: _, ...own } = message;
      const _id = messageKey(message.requestId, message.sequenceNumber);
      await write([
        { _id, ...own, cachedAt },
        { _id: operationKey(operation), ...operation },
      ]);
    },
    waiting: () => documentsOf<OfflineOperation>('o:'),
    sent: async (operation, answer) => {
      const { _id, _rev } = operation as unknown as Document;
      const message = await db.get(messageKey(operation.requestId, operation.sequenceNumber!));
      await write([
        { _id: message._id, _rev: message._rev, _deleted: true },
        { _id, _rev, _deleted: true },
        asDocument(answer, Date.now()),
      ]);
    },
    settled: async () => {},
    close: () => db.close(),
    destroy: () => db.destroy(),
  };
}
