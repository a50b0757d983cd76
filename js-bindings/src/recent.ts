import type { ChatSyncState, MessageBlock } from './gen/schema.js';
import { TOP, type Batch } from './newest.js';
import type { BlocksToRead } from './page.js';
import type { Remember } from './reads.js';
import { abort, instead } from './values.js';

type Take = (batch: Batch<MessageBlock>) => void;

/** Blocks that were read at once: all that begin in [batch.below, to). */
interface Reading {
  to: number;
  batch: Batch<MessageBlock>;
}

/** What is in memory of a chat, as of one state of its blocks. */
interface Recent {
  changes: number;
  readings: Reading[];
  bytes: number;
}

/** All chats' together; those that were read least recently go first. */
const BYTES_MAX = 8 * 1024 * 1024;
const CHATS_LEARNED = 1000;

/**
 * Blocks that this tab has read, so that a page which is read again costs the look at its chat's row alone.
 * That row counts the changes of the chat's blocks, in the transaction that makes them, and is read in the
 * transaction that reads: what has another count is forgotten.
 */
export class RecentBlocks {
  readonly #chats = new Map<string, Recent>();
  /** Where the newest block of a chat began when its row was read last: to get it is faster than to look. */
  readonly #newest = new Map<string, number>();
  #bytes = 0;

  /** Reads where the newest blocks of the chats are. */
  learn(db: IDBDatabase): void {
    const rows = db.transaction('chat_meta').objectStore('chat_meta').getAll(null, CHATS_LEARNED);
    rows.onsuccess = () => (rows.result as ChatSyncState[]).forEach((row) => this.#note(row));
  }

  /** Forgets everything: the database may be another. */
  clear(): void {
    this.#chats.clear();
    this.#newest.clear();
    this.#bytes = 0;
  }

  /** For one read of a chat. */
  of(requestId: string): Remember {
    return (transaction, stored, meta) => {
      // The row was asked for first, so it is there when blocks are.
      const keep = (below: number, batch: Batch<MessageBlock>, take: Take) => {
        this.#keep(requestId, { to: below, batch }, meta.result);
        take(batch);
      };
      const look: BlocksToRead = (below, count, take) =>
        stored(below, count, (batch) => keep(below, batch, take));
      const ask: BlocksToRead = (below, count, take) => {
        const first = below === TOP ? this.#newest.get(requestId) : undefined;
        if (first === undefined) return look(below, count, take);
        const request = transaction.objectStore('message_blocks').get([requestId, first]);
        request.onsuccess = within(transaction, () => {
          const block = request.result as MessageBlock | undefined;
          if (!isNewest(block, meta.result)) return look(below, count, take);
          keep(below, { values: [block], unreadable: [], below: first }, take);
        });
        request.onerror = instead(() => look(below, count, take));
      };
      return (below, count, take) => {
        if (!this.#find(requestId, below)) return ask(below, count, take);
        const recall = within(transaction, () => {
          const batch = this.#asStored(requestId, meta.result) ? this.#find(requestId, below) : null;
          if (batch) take(batch);
          else ask(below, count, take);
        });
        if (meta.readyState === 'done') recall();
        else meta.addEventListener('success', recall);
      };
    };
  }

  #note(row: Partial<ChatSyncState> | undefined): void {
    if (row?.newestBlock) this.#newest.set(row.requestId!, row.newestBlock);
  }

  /** Whether what is in memory of a chat is as its row says; if not it is forgotten. */
  #asStored(requestId: string, row: ChatSyncState | undefined): boolean {
    const isSame = this.#chats.get(requestId)?.changes === row?.blockChanges;
    if (!isSame) this.#forget(requestId);
    return isSame;
  }

  #find(requestId: string, below: number): Batch<MessageBlock> | null {
    const recent = this.#chats.get(requestId);
    const reading = recent?.readings.find(({ to, batch }) => below <= to && below > batch.below);
    if (!recent || !reading) return null;
    this.#chats.delete(requestId);
    this.#chats.set(requestId, recent); // the last one is the one that was read last
    const values = reading.batch.values.filter(({ firstSequence }) => firstSequence < below);
    return { ...reading.batch, values };
  }

  #keep(requestId: string, reading: Reading, row: ChatSyncState | undefined): void {
    const changes = row?.blockChanges;
    this.#note(row);
    this.#asStored(requestId, row);
    if (changes === undefined || reading.batch.unreadable.length) return;
    const recent = this.#chats.get(requestId) ?? { changes, readings: [], bytes: 0 };
    const bytes = reading.batch.values.reduce((sum, block) => sum + block.bytes, 0);
    recent.readings.push(reading);
    recent.bytes += bytes;
    this.#bytes += bytes;
    this.#chats.set(requestId, recent);
    for (const oldest of this.#chats.keys()) {
      if (this.#bytes <= BYTES_MAX) return;
      this.#forget(oldest);
    }
  }

  #forget(requestId: string): void {
    this.#bytes -= this.#chats.get(requestId)?.bytes ?? 0;
    this.#chats.delete(requestId);
  }
}

/** For an answer that may come when the transaction is over: what fails then ends that, and no more. */
function within(transaction: IDBTransaction, work: () => void): () => void {
  return () => {
    try {
      work();
    } catch {
      abort(transaction);
    }
  };
}

/** Above what the chat's row says was synchronised last there are no blocks. */
function isNewest(block: MessageBlock | undefined, row: ChatSyncState | undefined): block is MessageBlock {
  return !!block && block.lastSequence === row?.lastSyncedSequence;
}
