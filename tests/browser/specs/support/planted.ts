/** Blocks written by hand into a database whose server can't be reached. */
import type { Larder } from 'chatlarder';
import { putRows, type Block } from './database.js';
import { FakeServer, makeMessage, uuid, type ServerMessage } from './fake-server.js';
import { range } from './history.js';
import { freshUser, type Larders } from './larder.js';
import { oldMeta, oldRow } from './old-database.js';

const encoder = new TextEncoder();

/** Data of a block, from a text or from what JSON makes of a value. */
export function dataOf(content: unknown): ArrayBuffer {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return encoder.encode(text).buffer;
}

/** A sound block of these messages, or one with other fields. */
export function blockOf(
  messages: ServerMessage[],
  fields: Partial<Record<keyof Block, unknown>> = {},
): Block {
  const data = dataOf(messages.map(oldRow));
  const block = {
    requestId: messages[0]!.requestId,
    firstSequence: messages[0]!.sequenceNumber,
    lastSequence: messages.at(-1)!.sequenceNumber,
    count: messages.length,
    bytes: data.byteLength,
    cachedAt: 1_700_000_000_000,
    syncVersion: 1,
    data,
  };
  return { ...block, ...fields } as Block;
}

/** Messages `first` to `last` of a chat. */
export function stretch(chat: number, first: number, last: number): ServerMessage[] {
  return range(first, last).map((sequence) => makeMessage(chat, sequence));
}

/** Blocks of these sizes, one after the other from message 1 on. */
export function blocksOfSizes(chat: number, sizes: number[]): Block[] {
  let last = 0;
  return sizes.map((size) => blockOf(stretch(chat, last + 1, (last += size))));
}

/** An operation of chat 0 that sends a message with its own id as the key. */
export function operationOf(id: string, fields: object = {}): object {
  return {
    id,
    type: 'send_message',
    requestId: uuid(1, 0),
    payload: { content: `text of ${id}`, tempId: id },
    status: 'pending',
    createdAt: 1_700_000_000_000,
    attemptedAt: null,
    retryCount: 0,
    maxRetries: 5,
    nextRetryAt: null,
    lastError: null,
    sequenceNumber: 2 ** 52 + 1,
    ...fields,
  };
}

export interface Planted {
  blocks?: Block[];
  rows?: object[];
  operations?: object[];
  /** Of chat 0; null: it has none. */
  meta?: object | null;
}

/** A larder whose database holds what the spec says, of chat 0 unless it says otherwise. */
export async function plant(
  larders: Larders,
  { blocks = [], rows = [], operations = [], meta = {} }: Planted,
): Promise<Larder> {
  const server = new FakeServer(1, 0);
  server.down = true;
  const userId = freshUser();
  const first = await larders.open({ userId, transport: server });
  await first.close();
  await putRows(first.databaseName, 'message_blocks', blocks);
  await putRows(first.databaseName, 'messages', rows);
  await putRows(first.databaseName, 'offline_queue', operations);
  if (meta) await putRows(first.databaseName, 'chat_meta', [positionOf(blocks, rows, meta)]);
  return larders.open({ userId, transport: server });
}

/** The position of chat 0 when everything up to its last message is there. */
function positionOf(blocks: Block[], rows: object[], fields: object): object {
  const own = blocks.filter(({ requestId }) => requestId === uuid(1, 0));
  const messageCount = own.reduce((sum, { count }) => sum + count, rows.length);
  const lastSyncedSequence = Math.max(0, ...own.map(({ lastSequence }) => lastSequence));
  const unsealed = rows.length ? { from: 1, to: lastSyncedSequence + 1, blocks: 0, rows: true } : null;
  const position = { lastSyncedSequence, messageCount, lastSyncedAt: Date.now(), chat: null, unsealed };
  return oldMeta(0, { ...position, ...fields });
}
