import * as LIMITS from './gen/limits.js';
import type { MessageBlock } from './gen/schema.js';
import { readValues } from './values.js';

/** What a store has of one chat, of messages with a number that a server gave; `bytes` are those of all. */
export interface Tally {
  requestId: string;
  count: number;
  firstSequence: number;
  lastSequence: number;
  bytes: number;
}

/** Values that are in memory at once. */
const ROWS_AT_ONCE = 512;
const BLOCKS_AT_ONCE = 16;
const encoder = new TextEncoder();

/** Counts what is stored and can be read, chat by chat, of the store of rows or that of blocks. */
export function tally(store: IDBObjectStore, done: (tallies: Tally[]) => void): void {
  const all = new Map<string, Tally>();
  const add = store.name === 'messages' ? addRow : addBlock;
  const count = store.name === 'messages' ? ROWS_AT_ONCE : BLOCKS_AT_ONCE;
  const takeNext = (range: IDBKeyRange | null) => {
    const keys = store.getAllKeys(range, count);
    readValues<Partial<Row & MessageBlock>>(store, range, count, ({ values }) => {
      for (const value of values) add(all, value);
      const last = keys.result.at(-1);
      if (keys.result.length < count || last === undefined) return done([...all.values()]);
      takeNext(IDBKeyRange.lowerBound(last, true));
    });
  };
  takeNext(null);
}

interface Row {
  requestId: string;
  sequenceNumber: number;
  content: string;
}

function tallyOf(all: Map<string, Tally>, requestId: string): Tally {
  const known = all.get(requestId);
  if (known) return known;
  const fresh = { requestId, count: 0, firstSequence: 0, lastSequence: 0, bytes: 0 };
  all.set(requestId, fresh);
  return fresh;
}

function addRow(all: Map<string, Tally>, { requestId, sequenceNumber, content }: Partial<Row>): void {
  if (typeof requestId !== 'string') return;
  const its = tallyOf(all, requestId);
  its.bytes += LIMITS.rowOverheadBytes + textBytes(content);
  if (typeof sequenceNumber === 'number' && sequenceNumber < LIMITS.provisionalSequenceMin)
    widen(its, 1, sequenceNumber, sequenceNumber);
}

function addBlock(all: Map<string, Tally>, block: Partial<MessageBlock>): void {
  const { requestId, count = 0, firstSequence = 0, lastSequence = 0, bytes = 0 } = block;
  if (typeof requestId !== 'string') return;
  const its = tallyOf(all, requestId);
  its.bytes += bytes;
  widen(its, count, firstSequence, lastSequence);
}

function widen(its: Tally, count: number, first: number, last: number): void {
  its.firstSequence = its.count ? Math.min(its.firstSequence, first) : first;
  its.lastSequence = Math.max(its.lastSequence, last);
  its.count += count;
}

/** UTF-8 bytes as the core has them: it reads U+0000, which its texts can't hold, as U+FFFD. */
export function textBytes(text: unknown): number {
  return typeof text === 'string' ? encoder.encode(text.replaceAll('\0', '\ufffd')).byteLength : 0;
}
