import { rowsEvents, type Core, type Plan, type PlanRead, type PlanWrite, type Rows } from './core.js';
import { LarderError } from './errors.js';
import * as LIMITS from './gen/limits.js';
import type { MessageBlock } from './gen/schema.js';

/** The stores that the plans of one step may touch. */
const PLAN_STORES = ['messages', 'message_blocks', 'chat_meta', 'cache_stats'];

/** Everything of a step's plans that may leave the worker once its transaction has committed. */
export type Effects = Pick<Plan, 'calls' | 'signals' | 'replies' | 'deadline'>;

/**
 * Carries out a step in one transaction: writes, then reads, whose rows go back into the core inside the same
 * transaction, until a plan asks for no more. While the core decides on more, the browser stores what it got.
 * Resolves at the transaction's `complete`; rejects with what aborted it.
 */
export function applyPlan(db: IDBDatabase, core: Core, first: Plan): Promise<Effects> {
  const effects: Effects = { calls: [], signals: [], replies: [], deadline: null };
  if (!first.writes.length && !first.reads.length) return Promise.resolve(gather(effects, first));
  return new Promise((resolve, reject) => {
    const { durability } = first;
    const transaction = db.transaction(scopeOf(first), 'readwrite', { durability });
    let thrown: unknown;
    const attempt = (work: () => void) => {
      try {
        work();
      } catch (error) {
        if (abort(transaction)) thrown = error;
      }
    };
    const carryOut = (plan: Plan) => {
      gather(effects, plan);
      for (const write of plan.writes) carryOutWrite(transaction, core, write);
      // It commits by itself: after `commit()` Firefox commits without the rows whose requests failed.
      if (plan.more) return carryOut(core.step([], Date.now()));
      if (!plan.reads.length) return;
      carryOutReads(transaction, plan.reads, (rows) => {
        attempt(() => carryOut(core.step(rowsEvents(rows), Date.now())));
      });
    };
    transaction.oncomplete = () => resolve(effects);
    transaction.onabort = () =>
      reject(thrown ?? transaction.error ?? new DOMException('aborted', 'AbortError'));
    attempt(() => carryOut(first));
  });
}

/** Aborts a transaction; false when it had aborted already, for a reason of its own. */
function abort(transaction: IDBTransaction): boolean {
  try {
    transaction.abort();
    return true;
  } catch {
    return false;
  }
}

/**
 * A plan without reads or more is the step's only one: it locks no store but those it writes, so that readers
 * go on.
 */
function scopeOf(plan: Plan): string[] {
  return plan.reads.length || plan.more ? PLAN_STORES : [...new Set(plan.writes.map(({ store }) => store))];
}

function gather(effects: Effects, plan: Plan): Effects {
  effects.calls.push(...plan.calls);
  effects.signals.push(...plan.signals);
  effects.replies.push(...plan.replies);
  effects.deadline = plan.deadline;
  return effects;
}

function carryOutWrite(transaction: IDBTransaction, core: Core, write: PlanWrite): void {
  const store = transaction.objectStore(write.store);
  if (write.op === 'delete') for (const key of write.keys) store.delete(key);
  else if (write.op === 'addBytes')
    for (const row of write.rows) store.add({ ...row, data: core.bytes(row.data, row.bytes) });
  else if (write.op === 'add') for (const row of write.rows) store.add(row);
  else for (const row of write.rows) store.put(row);
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
  if ('keys' in read) return readKeys(store, read.keys, (rows) => done({ rows }));
  if ('tally' in read) return tally(store, (rows) => done({ rows }));
  const request = store.index(read.index).getAll(IDBKeyRange.bound(read.from, read.to), read.limit);
  request.onsuccess = () => done({ rows: request.result });
}

/** The chat's blocks that meet a range: those that begin in it, and one that begins before and reaches in. */
function readBlocks(
  store: IDBObjectStore,
  { requestId, from, to, limit }: Extract<PlanRead, { requestId: string }>,
  done: (blocks: MessageBlock[]) => void,
): void {
  let before: MessageBlock[] = [];
  const below = IDBKeyRange.bound([requestId, 0], [requestId, from], false, true);
  const cursor = store.openCursor(below, 'prev');
  cursor.onsuccess = () => {
    const block = cursor.result?.value as MessageBlock | undefined;
    if (block && block.lastSequence >= from) before = [block];
  };
  const inside = store.getAll(IDBKeyRange.bound([requestId, from], [requestId, to]), limit);
  inside.onsuccess = () => done([...before, ...(inside.result as MessageBlock[])].slice(0, limit));
}

function readKeys(store: IDBObjectStore, keys: string[], done: (rows: unknown[]) => void): void {
  const rows: unknown[] = [];
  let left = keys.length;
  for (const key of keys) {
    const request = store.get(key);
    request.onsuccess = () => {
      if (request.result !== undefined) rows.push(request.result);
      left -= 1;
      if (left === 0) done(rows);
    };
  }
}

/** Per chat: how many rows there are, and the lowest and highest sequence number that a server gave. */
function tally(store: IDBObjectStore, done: (rows: unknown[]) => void): void {
  const rows: object[] = [];
  const byRequest = store.index('by_request');
  const bySequence = store.index('by_request_sequence');
  // Not a `nextunique` cursor: on disk WebKit can't open one where there are no rows.
  const takeNext = (chats: IDBKeyRange | null) => {
    const next = byRequest.openKeyCursor(chats);
    next.onsuccess = () => {
      const requestId = next.result?.key;
      if (requestId === undefined) return done(rows);
      const row = { requestId, count: 0, firstSequence: 0, lastSequence: 0 };
      rows.push(row);
      const count = byRequest.count(requestId);
      count.onsuccess = () => (row.count = count.result);
      const synced = IDBKeyRange.bound([requestId], [requestId, LIMITS.provisionalSequenceMin], false, true);
      const first = bySequence.openKeyCursor(synced, 'next');
      first.onsuccess = () => (row.firstSequence = sequenceOf(first.result));
      const last = bySequence.openKeyCursor(synced, 'prev');
      last.onsuccess = () => {
        row.lastSequence = sequenceOf(last.result);
        takeNext(IDBKeyRange.lowerBound(requestId, true));
      };
    };
  };
  takeNext(null);
}

/** The sequence number of an index key; 0 where there is none. */
function sequenceOf(cursor: IDBCursor | null): number {
  return cursor ? (cursor.key as [string, number])[1] : 0;
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
