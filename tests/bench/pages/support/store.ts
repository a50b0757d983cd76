/** A contender of the field: a library and what an app would write around it, the same calls for all. */
import type { CachedMessage, OfflineOperation } from 'chatlarder';
import type { ServerMessage } from './messages.js';
import type { ChatRow } from './optimal.js';
import type { OpenContender, OpenTask } from './results.js';
import type { Stored } from './stored.js';

export interface BenchStore extends OpenContender {
  /** Writes a list page and a messages page of each chat; resolves when all is committed. */
  ingest(list: Uint8Array, pages: Uint8Array[]): Promise<void>;
  /** Has the rows of all chats ready, which an app with the chats on screen has, too. */
  prepareLive(): Promise<void>;
  /** Writes a message that came by itself, and its chat's row. */
  receive(message: Uint8Array): Promise<void>;
  /** The same for messages that were collected: in one transaction, or what the library has for that. */
  receiveAll(messages: Uint8Array[]): Promise<void>;
  /** How many messages there are, and one of them. */
  stored(chat: number, sequence: number): Promise<Stored>;
  /** Writes a message that waits to be sent, and its operation. */
  send(message: CachedMessage, operation: OfflineOperation): Promise<void>;
  /** All operations, in the order in which they were written. */
  waiting(): Promise<OfflineOperation[]>;
  /** Replaces a message by what the server made of it; its operation is done. */
  sent(operation: OfflineOperation, answer: ServerMessage): Promise<void>;
  /** Closes it and deletes everything. */
  destroy(): Promise<void>;
}

export interface StoreTask extends Pick<OpenTask, 'user'> {
  /** What "committed" means; where a library knows no difference, it stays as it is. */
  durability?: 'relaxed' | 'strict';
}

/** The module of a contender: its script in pages/ is `store-NAME.ts`. */
export interface StoreModule {
  open: (task: StoreTask) => Promise<BenchStore>;
}

/** Loads the module of a contender. */
export async function openStore(script: string, task: StoreTask): Promise<BenchStore> {
  const { open } = (await import(script)) as StoreModule;
  return open(task);
}

/** The rows of the chats in memory: a message that comes changes its chat's in place. */
export class LiveRows<T extends ChatRow> {
  readonly #rows: Map<string, T>;

  constructor(rows: T[]) {
    this.#rows = new Map(rows.map((row) => [row.requestId, row]));
  }

  take(message: ServerMessage): T {
    const row = this.#rows.get(message.requestId)!;
    row.lastSyncedSequence = row.totalMessageCount = message.sequenceNumber;
    row.messageCount += 1;
    return row;
  }

  /** Takes all; gives the rows that changed, each once. */
  takeAll(messages: ServerMessage[]): T[] {
    return [...new Set(messages.map((message) => this.take(message)))];
  }
}

interface WithActivity {
  requestId: string;
  chat: object;
}

/** The ids of the chats in the order of a chat list: newest activity first. */
export function listOf(rows: WithActivity[], limit: number): string[] {
  const activityOf = ({ chat }: WithActivity) =>
    Date.parse((chat as { lastActivityAt: string | null }).lastActivityAt ?? '');
  return rows
    .toSorted((a, b) => activityOf(b) - activityOf(a))
    .slice(0, limit)
    .map(({ requestId }) => requestId);
}
