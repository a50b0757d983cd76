import { claimIn, type Claim, type Claimed, type ClaimOptions } from './claim.js';
import type { CoreEvent, PlanSignal } from './core.js';
import { EPOCH, LEADER } from './fence.js';
import type { ChatSyncState } from './gen/schema.js';
import { sortMail } from './mail.js';
import { tally, type Tally } from './tally.js';
import { abortOf, readValues, type Readable } from './values.js';

/** What a new core is to be told: what is stored, and the events that other tabs have left for it. */
export interface Stored {
  /** In parts, so that no core holds them all as text. */
  bodies: Uint8Array[];
  mail: CoreEvent[];
  /** Null where nothing is kept. */
  claim: Claim | null;
  /** Whether something could be written. */
  written: boolean;
  /** What is to be told of rows that can't be read, or of a database that was lost. */
  troubles: PlanSignal[];
}

type Rows = Readable<Record<string, unknown>>;

const ROWS_A_PART = 1000;
const NAMES = ['chat_meta', 'cache_stats', 'offline_queue', 'media_meta'] as const;
const encoder = new TextEncoder();

function bodyOf(
  chat_meta: object[],
  cache_stats: object[],
  offline_queue: object[],
  media_meta: object[],
): Uint8Array {
  return encoder.encode(JSON.stringify({ chat_meta, cache_stats, offline_queue, media_meta }));
}

/** These rows in parts. */
export function bodiesOf(chats: object[], stats: object[], queue: object[], media: object[]): Uint8Array[] {
  const bodies = [bodyOf(chats, stats, queue, media.splice(0, ROWS_A_PART))];
  while (media.length) bodies.push(bodyOf([], [], [], media.splice(0, ROWS_A_PART)));
  return bodies;
}

/**
 * One transaction in which everything is read and the database is claimed. Where the browser has no room for
 * that, the host goes by what is there, until room has been made.
 */
export async function readStored(db: IDBDatabase, known: Claim | null, proves: boolean): Promise<Stored> {
  const { rows, claimed } = await readRows(db, { known, writes: true, proves }).catch((error: Error) => {
    if (error.name !== 'QuotaExceededError') throw error;
    return readRows(db, { known, writes: false, proves });
  });
  const [chats, stats, queue, media] = rows as [Rows, Rows, Rows, Rows];
  const sorted = sortMail(stats.values.filter(({ key }) => key !== LEADER && key !== EPOCH));
  const again = chats.unreadable.length ? await chatsAgain(db, chats.unreadable as string[]) : [];
  const its = again.length ? sorted.rows.flatMap(asUnknown) : sorted.rows;
  return {
    bodies: bodiesOf([...chats.values, ...again], its, queue.values, media.values),
    mail: sorted.mail,
    claim: claimed.claim,
    written: claimed.written,
    troubles: troublesOf(rows, claimed),
  };
}

function readRows(db: IDBDatabase, options: ClaimOptions): Promise<{ rows: Rows[]; claimed: Claimed }> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(NAMES, options.writes ? 'readwrite' : 'readonly');
    const rows: Rows[] = [];
    let left = NAMES.length;
    let claimed: Claimed;
    let thrown: unknown;
    const finish = () => {
      try {
        claimed = claimIn(transaction.objectStore('cache_stats'), rows[1]!.values, options);
      } catch (error) {
        thrown = error;
        transaction.abort();
      }
    };
    NAMES.forEach((name, i) => {
      readValues(transaction.objectStore(name), null, undefined, (found: Rows) => {
        rows[i] = found;
        if (!--left) finish();
      });
    });
    transaction.oncomplete = () => resolve({ rows, claimed });
    transaction.onabort = () => reject(thrown ?? abortOf(transaction));
  });
}

/**
 * Chats whose rows can't be read, as far as their messages tell of them: those are shown as they are, and all
 * that is theirs is fetched again.
 */
async function chatsAgain(db: IDBDatabase, requestIds: string[]): Promise<Partial<ChatSyncState>[]> {
  const tallies = await new Promise<Tally[]>((resolve, reject) => {
    const transaction = db.transaction(['messages', 'message_blocks'], 'readonly');
    const all: Tally[] = [];
    for (const name of ['messages', 'message_blocks'])
      tally(transaction.objectStore(name), (found) => all.push(...found));
    transaction.oncomplete = () => resolve(all);
    transaction.onabort = () => reject(abortOf(transaction));
  });
  return requestIds.map((requestId) =>
    chatOf(
      requestId,
      tallies.filter((each) => each.requestId === requestId && each.count),
    ),
  );
}

function chatOf(requestId: string, tallies: Tally[]): Partial<ChatSyncState> {
  if (!tallies.length) return { requestId };
  const first = Math.min(...tallies.map(({ firstSequence }) => firstSequence));
  const last = Math.max(...tallies.map(({ lastSequence }) => lastSequence));
  const detectedAt = Date.now();
  const below = first > 1 ? [{ startSeq: 1, endSeq: first - 1, detectedAt }] : [];
  return {
    requestId,
    lastSyncedSequence: last,
    messageCount: tallies.reduce((sum, { count }) => sum + count, 0),
    knownGaps: [...below, { startSeq: first, endSeq: last, detectedAt, stale: true }],
  };
}

/** What is known of all chats together no longer holds: it is counted and asked for anew. */
function asUnknown(row: object): object[] {
  const { key } = row as { key?: unknown };
  if (key === 'stats') return [];
  return [key === 'sync' ? { ...row, chatsCursor: null, sealed: false } : row];
}

function troublesOf(rows: Rows[], { lost }: Claimed): PlanSignal[] {
  const cleared: PlanSignal[] = lost === null ? [] : [{ type: 'error', code: 'data_lost', reason: lost }];
  const unreadable = rows.flatMap((found, i) =>
    found.unreadable.map((key): PlanSignal => {
      const path = `${NAMES[i]} ${key as string}`;
      const chat = NAMES[i] === 'chat_meta' ? { requestId: key as string } : {};
      return { type: 'error', code: 'unreadable', path, ...chat };
    }),
  );
  return [...cleared, ...unreadable];
}
