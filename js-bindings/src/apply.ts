import {
  rowsEvents,
  type Core,
  type CoreEvent,
  type Plan,
  type PlanCall,
  type PlanRead,
  type PlanWrite,
  type Rows,
} from './core.js';
import { LarderError } from './errors.js';
import { checkFence } from './fence.js';
import type { ChatSyncState, MessageBlock } from './gen/schema.js';
import { tally } from './tally.js';
import { abort, abortOf, readEach, readValues, type Readable } from './values.js';

/** The stores that the plans of one step may touch. */
const PLAN_STORES = [
  'messages',
  'message_blocks',
  'chat_meta',
  'offline_queue',
  'cache_stats',
  'media_meta',
  'media_blobs',
];

/** Everything of a step's plans that may leave the worker once its transaction has committed. */
export type Effects = Pick<Plan, 'calls' | 'signals' | 'replies' | 'deadline'>;

/** What a transaction wants of the loop around it. */
export interface Surroundings {
  /** Starts a call that need not wait for the commit. */
  start(call: PlanCall): void;
  /** Takes the events that may be decided on in the open transaction; none: it is to commit. */
  join(): CoreEvent[];
  /** Carries out a call that the step waits for. */
  finish(call: PlanCall): Promise<unknown>;
  /** The bytes that a plan names by a number; throws when there are none. */
  bytesOf(held: number): Blob | ArrayBuffer;
}

/**
 * Carries out a step in one transaction: writes, then reads, whose rows go back into the core inside the same
 * transaction, until a plan asks for no more. While the browser stores, the core decides on more: on the rest
 * of a large plan, and on events that have come meanwhile and may join.
 * Resolves at the transaction's `complete`; rejects with what aborted it, `Fenced` when another host has
 * claimed the database.
 */
export function applyPlan(db: IDBDatabase, core: Core, first: Plan, around: Surroundings): Promise<Effects> {
  const effects = noEffects();
  if (!first.writes.length && !first.reads.length) return Promise.resolve(gather(effects, first, around));
  return new Promise((resolve, reject) => {
    const { durability } = first;
    const transaction = db.transaction(PLAN_STORES, 'readwrite', { durability });
    const blobs = new NewBlobs(around);
    let thrown: unknown;
    /** The core waits for rows. */
    let reading = false;
    const fail = (error: unknown) => {
      if (abort(transaction)) thrown = error;
    };
    const attempt = (work: () => void) => {
      try {
        work();
      } catch (error) {
        fail(error);
      }
    };
    const step = (events: CoreEvent[]) => carryOut(core.step(events, Date.now()));
    const goOn = () => {
      const events = reading ? [] : around.join();
      if (events.length) attempt(() => step(events));
    };
    const carryOut = (plan: Plan): void => {
      gather(effects, plan, around);
      const requests = plan.writes.flatMap((write) => carryOutWrite(transaction, core, write, blobs));
      for (const request of ends(requests)) request.onsuccess = goOn;
      // It commits by itself: after `commit()` Firefox commits without the rows whose requests failed.
      if (plan.more) return step([]);
      reading = plan.reads.length > 0;
      if (reading)
        return carryOutReads(transaction, plan.reads, (rows) => attempt(() => step(rowsEvents(rows))));
      if (!requests.length) goOn();
    };
    transaction.oncomplete = () => resolve(effects);
    transaction.onabort = () => reject(thrown ?? abortOf(transaction));
    attempt(() => {
      checkFence(transaction.objectStore('cache_stats'), first, fail);
      carryOut(first);
    });
  });
}

/**
 * Carries out a step where nothing can be stored: writes are dropped, and what is to be read is not there.
 */
export function applyUnstored(core: Core, first: Plan, around: Surroundings): Effects {
  const effects = gather(noEffects(), first, around);
  for (let plan = first; plan.more || plan.reads.length;) {
    plan = core.step(plan.more ? [] : rowsEvents(plan.reads.map(() => ({ rows: [] }))), Date.now());
    gather(effects, plan, around);
  }
  return effects;
}

function noEffects(): Effects {
  return { calls: [], signals: [], replies: [], deadline: null };
}

function gather(effects: Effects, plan: Plan, around: Surroundings): Effects {
  for (const call of plan.calls) {
    if (call.eager) around.start(call);
    else effects.calls.push(call);
  }
  effects.signals.push(...plan.signals);
  effects.replies.push(...plan.replies);
  effects.deadline = plan.deadline;
  return effects;
}

/** The first and the last: after the one the browser soon needs more, after the other it commits. */
function ends(requests: IDBRequest[]): IDBRequest[] {
  return requests.filter((_, i) => i === 0 || i === requests.length - 1);
}

/**
 * The bytes that one transaction stores. One that would delete some of them again is broken off, and its
 * events come one by one: WebKit leaves the file of a Blob that is put and deleted in one transaction, and
 * takes it for the next one's.
 */
class NewBlobs {
  readonly #around: Surroundings;
  readonly #keys = new Set<IDBValidKey>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  withBytes({ held, ...row }: Record<string, unknown> & { held: number }): object {
    const data = this.#around.bytesOf(held);
    if (data instanceof Blob) this.#keys.add(row['key'] as string);
    return { ...row, data };
  }

  checkDelete({ store, keys }: Extract<PlanWrite, { op: 'delete' }>): void {
    if (store === 'media_blobs' && keys.some((key) => this.#keys.has(key)))
      throw new DOMException('bytes that were stored just now are to be deleted', 'ConstraintError');
  }
}

function carryOutWrite(
  transaction: IDBTransaction,
  core: Core,
  write: PlanWrite,
  blobs: NewBlobs,
): IDBRequest[] {
  const store = transaction.objectStore(write.store);
  if (write.op === 'delete') {
    blobs.checkDelete(write);
    return write.keys.map((key) => store.delete(key));
  }
  if (write.op === 'addBytes')
    return write.rows.map((row) => store.add({ ...row, data: core.bytes(row.data, row.bytes) }));
  if (write.op === 'putBlob') return write.rows.map((row) => store.put(blobs.withBytes(row)));
  return write.rows.map((row) => (write.op === 'add' ? store.add(row) : store.put(row)));
}

function carryOutReads(transaction: IDBTransaction, reads: PlanRead[], done: (rows: Rows[]) => void): void {
  const results: Rows[] = [];
  let left = reads.length;
  reads.forEach((read, i) => {
    carryOutRead(transaction.objectStore(read.store), read, (rows) => {
      results[i] = rows;
      left -= 1;
      if (left === 0) done(results);
    });
  });
}

function carryOutRead(store: IDBObjectStore, read: PlanRead, done: (rows: Rows) => void): void {
  if ('requestId' in read) return readBlocks(store, read, (blocks) => done({ blocks }));
  if ('keys' in read) return readEach(store, read.keys, ({ values: rows }) => done({ rows }));
  if ('tally' in read) return tally(store, (rows) => done({ rows }));
  const range = IDBKeyRange.bound(read.from, read.to);
  readValues(store.index(read.index), range, read.limit, ({ values: rows }) => done({ rows }));
}

/**
 * The chat's blocks that meet a range: those that begin in it, and one that begins before and reaches in. One
 * that can't be read is handed in without its messages, so that they are fetched again.
 */
function readBlocks(
  store: IDBObjectStore,
  { requestId, from, to, limit }: Extract<PlanRead, { requestId: string }>,
  done: (blocks: MessageBlock[]) => void,
): void {
  const below = IDBKeyRange.bound([requestId, 0], [requestId, from], false, true);
  const inside = IDBKeyRange.bound([requestId, from], [requestId, to]);
  const found: Readable<MessageBlock>[] = [];
  const take = (part: Readable<MessageBlock>) => {
    if (found.push(part) < 2) return;
    const blocks = found.flatMap(({ values }) => values).filter((block) => block.lastSequence >= from);
    const keys = found.flatMap(({ unreadable }) => unreadable) as [string, number][];
    const end = (lost: MessageBlock[]) => done([...lost, ...blocks].sort(byFirst).slice(0, limit));
    if (keys.length) lostBlocks(store, keys, end);
    else end([]);
  };
  const newest = store.openKeyCursor(below, 'prev');
  newest.onsuccess = () => readEach(store, newest.result ? [newest.result.primaryKey] : [], take);
  readValues(store, inside, limit, take);
}

function byFirst(a: MessageBlock, b: MessageBlock): number {
  return a.firstSequence - b.firstSequence;
}

/** Of which only the keys are known: each goes at most to the next one, or to what was synchronised last. */
function lostBlocks(
  store: IDBObjectStore,
  keys: [string, number][],
  done: (blocks: MessageBlock[]) => void,
): void {
  const empty = { data: new ArrayBuffer(0), bytes: 0, cachedAt: 0, syncVersion: 0 };
  const blocks: MessageBlock[] = [];
  const chats = store.transaction.objectStore('chat_meta');
  readEach<ChatSyncState>(chats, [keys[0]![0]], ({ values: [chat] }) => {
    for (const [requestId, firstSequence] of keys) {
      const above = IDBKeyRange.bound([requestId, firstSequence], [requestId, []], true);
      const next = store.openKeyCursor(above);
      next.onsuccess = () => {
        const end = (next.result?.key as [string, number] | undefined)?.[1];
        const last = end === undefined ? (chat?.lastSyncedSequence ?? 0) : end - 1;
        const lastSequence = Math.max(firstSequence, last);
        blocks.push({ requestId, firstSequence, lastSequence, count: last - firstSequence + 1, ...empty });
        if (blocks.length === keys.length) done(blocks);
      };
    }
  });
}

/**
 * Whether a step failed for a reason of the event's own, so that it would fail again: a constraint, a value
 * that can't be stored, or a core that stopped on it. Anything else is the storage's trouble.
 */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof LarderError) return error.code === 'core' || error.code === 'no_memory';
  const name = error instanceof Error ? error.name : '';
  return name === 'ConstraintError' || name === 'DataError' || name === 'DataCloneError';
}
