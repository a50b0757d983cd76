/** What a database holds in the end, read past whoever wrote it: rows of `messages`, and blocks of them. */
import type { MessageBlock } from '../../../../js-bindings/src/gen/schema.js';
import { requestDone } from './idb.js';
import { chatId, type ServerMessage } from './messages.js';

export interface Stored {
  count: number;
  /** One message as the server sent it, without what the store adds; null if it is not there. */
  sample: string | null;
}

const decoder = new TextDecoder();

/** The messages of a block; throws where the row doesn't fit them. */
function messagesOf(block: MessageBlock): ServerMessage[] {
  const messages = JSON.parse(decoder.decode(block.data)) as ServerMessage[];
  const numbers = messages.map(({ sequenceNumber }) => sequenceNumber);
  const fits =
    block.data.byteLength === block.bytes &&
    messages.length === block.count &&
    numbers[0] === block.firstSequence &&
    numbers.at(-1) === block.lastSequence &&
    numbers.every((number, i) => i === 0 || number > numbers[i - 1]!) &&
    messages.every(({ requestId }) => requestId === block.requestId);
  if (!fits) throw new Error(`block ${block.requestId} ${block.firstSequence} doesn't fit what is in it`);
  return messages;
}

const keyOf = ({ requestId, sequenceNumber }: ServerMessage) => `${requestId} ${sequenceNumber}`;

/** Messages in blocks and rows; a row beside its copy in a block counts once. */
async function countIn(messages: IDBObjectStore, blocks: IDBObjectStore): Promise<number> {
  const keys = await readBlocks(blocks);
  if (keys.size === 0) return requestDone(messages.count());
  for (const row of (await requestDone(messages.getAll())) as ServerMessage[]) keys.add(keyOf(row));
  return keys.size;
}

/** Chat and number of every message in a block. */
async function readBlocks(blocks: IDBObjectStore): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const block of (await requestDone(blocks.getAll())) as MessageBlock[]) {
    for (const message of messagesOf(block)) {
      if (keys.has(keyOf(message))) throw new Error(`two blocks have message ${keyOf(message)}`);
      keys.add(keyOf(message));
    }
  }
  return keys;
}

/** One message: its row, or its copy in the block that covers it. */
async function find(
  messages: IDBObjectStore,
  blocks: IDBObjectStore,
  requestId: string,
  sequence: number,
): Promise<ServerMessage | undefined> {
  const row: unknown = await requestDone(messages.index('by_request_sequence').get([requestId, sequence]));
  if (row) return row as ServerMessage;
  const range = IDBKeyRange.bound([requestId, 0], [requestId, sequence]);
  const below = (await requestDone(blocks.getAll(range))) as MessageBlock[];
  const block = below.at(-1);
  return block && messagesOf(block).find(({ sequenceNumber }) => sequenceNumber === sequence);
}

/** A message without what a store adds to it, for comparison among the contenders. */
export function asSent(message: ServerMessage): string {
  const own = ([name]: [string, unknown]) => name !== 'status' && !name.startsWith('_');
  return JSON.stringify(Object.fromEntries(Object.entries(message).filter(own)));
}

/** The same of what a database gave, if it gave anything; without what a contender adds besides. */
export function sampleOf(row: object | null | undefined, added: string[] = []): string | null {
  if (!row) return null;
  const own = ([name]: [string, unknown]) => !added.includes(name);
  return asSent(Object.fromEntries(Object.entries(row).filter(own)) as ServerMessage);
}

/** How many messages a database holds, and one of them. */
export async function readStored(name: string, chat = 0, sequence = 1): Promise<Stored> {
  const db = await requestDone(indexedDB.open(name));
  const transaction = db.transaction(['messages', 'message_blocks']);
  const [messages, blocks] = ['messages', 'message_blocks'].map((store) => transaction.objectStore(store));
  const found = await find(messages!, blocks!, chatId(chat), sequence);
  const count = await countIn(messages!, blocks!);
  db.close();
  return { count, sample: found ? asSent(found) : null };
}

/** How many messages a database holds. */
export async function countMessages(name: string): Promise<number> {
  return (await readStored(name)).count;
}
