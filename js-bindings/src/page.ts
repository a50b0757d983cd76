import { openBlock } from './blocks.js';
import * as LIMITS from './gen/limits.js';
import type { CachedMessage, ChatSyncState, MessageBlock } from './gen/schema.js';
import { readNewest, TOP, type Batch } from './newest.js';

/** A stretch of sequence numbers whose block can't be read. */
export interface Damage {
  firstSequence: number;
  lastSequence: number;
}

/** What was found of a chat below a bound. */
export interface Stretch {
  /** Ascending. */
  messages: CachedMessage[];
  damaged: Damage[];
}

/** Calls back, at once or within the transaction, with the chat's messages that lie in rows, ascending. */
export type RowsToRead = (take: (rows: CachedMessage[]) => void) => void;

/** Calls back, at once or within the transaction, with blocks below a number, about so many. */
export type BlocksToRead = (below: number, count: number, take: (batch: Batch<MessageBlock>) => void) => void;

/** Blocks that one request asks for at most: about 3 MB. */
const BLOCKS_MAX = 64;

/**
 * Reads the newest `limit` messages of a chat below `before`, from its rows and its blocks. A row wins over
 * its copy in a block: over the message with its id, and over the one with its number. `take` is called
 * as rows and blocks are, or never, when they aren't all given.
 */
export function readStretch(
  limit: number,
  before: number,
  rows: RowsToRead,
  blocks: BlocksToRead,
  take: (stretch: Stretch) => void,
): void {
  const damaged: Damage[] = [];
  let merge: Merge | null = null;
  let early: (() => void) | null = null;
  const readBlocks = (below: number, count: number) => {
    blocks(below, count, (batch) => {
      const add = () => {
        for (const first of batch.unreadable) damaged.push(unreadableFrom(first, batch.values, below));
        merge!.addAll(batch.values, damaged);
        const lowest = batch.values[0]?.firstSequence ?? batch.below;
        if (!batch.below || merge!.isEnough(lowest)) return take({ messages: merge!.messages(), damaged });
        readBlocks(batch.below, Math.min(count * 2, BLOCKS_MAX));
      };
      if (merge) add();
      else early = add;
    });
  };
  rows((found) => {
    merge = new Merge(found, limit, before);
    early?.();
  });
  readBlocks(before, Math.min(Math.ceil(limit / LIMITS.blockMessages), BLOCKS_MAX));
}

/** Blocks from the store. */
export function storedBlocks(transaction: IDBTransaction, requestId: string): BlocksToRead {
  const store = transaction.objectStore('message_blocks');
  return (below, count, take) => {
    readNewest(store, requestId, below, { count, width: count * LIMITS.blockMessages }, take);
  };
}

/** How far a block goes of which only its key is known: at most to the next one. */
function unreadableFrom(firstSequence: number, others: MessageBlock[], before: number): Damage {
  const next = others.find((block) => block.firstSequence > firstSequence)?.firstSequence ?? before;
  return { firstSequence, lastSequence: next === TOP ? firstSequence : next - 1 };
}

/** The core says of each chat whether it has messages in rows; of what it hasn't written yet nobody knows. */
export function mayHaveRows(row: Partial<ChatSyncState> | undefined): boolean {
  return row?.unsealed === undefined || !!row.unsealed?.rows || !!row.unsent;
}

/** The newest of a chat's rows from the store. */
export function readRows(
  transaction: IDBTransaction,
  requestId: string,
  limit: number,
  before: number,
  take: (rows: CachedMessage[]) => void,
): void {
  const index = transaction.objectStore('messages').index('by_request_sequence');
  let rows: CachedMessage[] = [];
  const readMore = (below: number, count: number) => {
    readNewest<CachedMessage>(index, requestId, below, { count, width: count }, (batch) => {
      rows = batch.values.concat(rows);
      if (rows.length >= limit || !batch.below) return take(rows.slice(-limit));
      readMore(batch.below, count * 2);
    });
  };
  readMore(before, limit);
}

/** Rows, and the messages of blocks that are added newest first until there are enough. */
class Merge {
  readonly #limit: number;
  readonly #before: number;
  readonly #rows: CachedMessage[];
  readonly #taken = new Set<string | number>();
  readonly #found: CachedMessage[][] = [];
  #count = 0;
  /** Rows that lie below all blocks so far. */
  #rowsBelow: number;

  constructor(rows: CachedMessage[], limit: number, before: number) {
    this.#rows = rows;
    this.#limit = limit;
    this.#before = before;
    this.#rowsBelow = rows.length;
    for (const { id, sequenceNumber } of rows) this.#taken.add(id).add(sequenceNumber);
  }

  /** Whether what was found from this number on suffices. */
  isEnough(from: number): boolean {
    while (this.#rowsBelow && this.#rows[this.#rowsBelow - 1]!.sequenceNumber >= from) this.#rowsBelow -= 1;
    return this.#count + this.#rows.length - this.#rowsBelow >= this.#limit;
  }

  /** Looks into as many of these blocks as are needed, the last one first. */
  addAll(blocks: MessageBlock[], damaged: Damage[]): void {
    for (const block of [...blocks].reverse()) {
      const { firstSequence, lastSequence } = block;
      if (this.isEnough(lastSequence + 1)) return;
      const messages = openBlock(block);
      if (typeof messages === 'string') damaged.push({ firstSequence, lastSequence });
      else this.#keep(messages);
    }
  }

  #keep(messages: CachedMessage[]): void {
    const kept = messages.filter(
      ({ id, sequenceNumber: n }) => n < this.#before && !this.#taken.has(id) && !this.#taken.has(n),
    );
    this.#found.push(kept);
    this.#count += kept.length;
  }

  messages(): CachedMessage[] {
    const all = this.#rows.concat(...this.#found.reverse());
    if (this.#rows.length) all.sort((a, b) => a.sequenceNumber - b.sequenceNumber);
    return all.slice(-this.#limit);
  }
}
