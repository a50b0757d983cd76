import type { PlanSignal } from './core.js';
import type { ChatSyncState, MessageBlock } from './gen/schema.js';
import { TOP, type Batch } from './newest.js';
import { mayHaveRows, type BlocksToRead } from './page.js';
import type { Remembered } from './reads.js';
import { abort } from './values.js';

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
/** Chats whose rows are in memory. */
const ROWS_MAX = 1000;
/** So many are read at once of older blocks: who scrolls back will want the next ones. */
const BLOCKS_AHEAD = 8;

/**
 * Blocks that this tab has read, and rows of chats. A row holds as long as no tab says that its chat changed:
 * a page that is in memory then needs no transaction, and the newest block, of which the row says where it
 * begins, is the only thing that has to be read. From then on a page costs a look at the chat's row as well.
 *
 * The row counts the changes of the chat's blocks, in the transaction that makes them, and each block has the
 * count at which it was written: what has another count is forgotten, and a block with a higher one than the
 * row that is in memory is read again together with the row.
 */
export class RecentBlocks {
  readonly #chats = new Map<string, Recent>();
  /** Rows that hold, of chats of which nothing lies in rows. */
  readonly #rows = new Map<string, ChatSyncState>();
  #bytes = 0;
  /** How often a change was heard of: a row that was read meanwhile may be the one before. */
  #heard = 0;

  readonly #database: () => Promise<IDBDatabase>;

  constructor(database: () => Promise<IDBDatabase>) {
    this.#database = database;
    this.learn();
  }

  /** Reads the chats' rows, of which none holds any more. */
  learn(): void {
    this.doubt();
    const heard = this.#heard;
    const read = (db: IDBDatabase) => {
      const rows = db.transaction('chat_meta').objectStore('chat_meta').getAll(null, ROWS_MAX);
      rows.onsuccess = () => (rows.result as ChatSyncState[]).forEach((row) => this.#note(row, heard));
    };
    this.#database()
      .then(read)
      .catch(() => {}); // then there is no hurry either
  }

  /** Forgets everything: the database may be another. */
  clear(): void {
    this.#chats.clear();
    this.#bytes = 0;
    this.doubt();
  }

  /** Any chat may have changed: their rows are to be looked at. */
  doubt(): void {
    this.#heard += 1;
    this.#rows.clear();
  }

  /** What was committed: of the chats that it changed the rows are to be looked at. */
  hear(signals: PlanSignal[]): void {
    for (const signal of signals) {
      if (signal.type !== 'chat' || !signal.written) continue;
      this.#heard += 1;
      this.#rows.delete(signal.requestId);
    }
  }

  /** For one read of a chat. */
  of(requestId: string): Remembered {
    const row = this.#rows.get(requestId) ?? null;
    return {
      row,
      blocks: (db, miss) => (below, _, take) => {
        const batch = this.#find(requestId, below);
        if (batch) take(batch);
        else if (below === TOP && row?.newestBlock) this.#readNewest(db, row, take, miss);
        else miss();
      },
      before: this.#beforeStored(requestId),
    };
  }

  /** The newest block alone; unless it was written after the row that is in memory. */
  #readNewest(db: IDBDatabase, row: ChatSyncState, take: Take, miss: () => void): void {
    const { requestId, newestBlock: first = 0, blockChanges = 0 } = row;
    const transaction = db.transaction('message_blocks');
    const request = transaction.objectStore('message_blocks').get([requestId, first]);
    request.onsuccess = () => {
      const block = request.result as MessageBlock | undefined;
      if (!isNewest(block, row) || (block.changes ?? Infinity) > blockChanges) return miss();
      const batch = { values: [block], unreadable: [], below: first };
      this.#keep(requestId, { to: TOP, batch }, row);
      take(batch);
    };
    transaction.onabort = miss;
  }

  #beforeStored(requestId: string): Remembered['before'] {
    const heard = this.#heard;
    return (transaction, stored, meta) => {
      const look: BlocksToRead = (below, count, take) => {
        const wanted = below === TOP ? count : Math.max(count, BLOCKS_AHEAD);
        stored(below, wanted, (batch) => {
          this.#keep(requestId, { to: below, batch }, meta.result); // asked for first, so it is there
          take(batch);
        });
      };
      meta.addEventListener('success', () => this.#note(meta.result, heard));
      return (below, count, take) => {
        if (!this.#find(requestId, below)) return look(below, count, take);
        const recall = within(transaction, () => {
          const batch = this.#asStored(requestId, meta.result) ? this.#find(requestId, below) : null;
          if (batch) take(batch);
          else look(below, count, take);
        });
        if (meta.readyState === 'done') recall();
        else meta.addEventListener('success', recall);
      };
    };
  }

  /** A row was read; it holds unless something was heard since the read began. */
  #note(row: Partial<ChatSyncState> | undefined, heard: number): void {
    if (!row?.newestBlock || heard !== this.#heard || mayHaveRows(row)) return;
    const requestId = row.requestId!;
    this.#rows.delete(requestId);
    this.#rows.set(requestId, row as ChatSyncState);
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= ROWS_MAX) return;
      this.#rows.delete(oldest);
    }
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
