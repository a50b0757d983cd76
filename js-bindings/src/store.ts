import { applyPlan, applyUnstored, type Effects, type Surroundings } from './apply.js';
import type { Core, CoreEvent, Plan } from './core.js';
import { openDatabase, type DatabaseEvents } from './db.js';
import { getMail, sortMail } from './mail.js';
import { applyRoom } from './room.js';

/** What a new core is to be told: what is stored, and the events that other tabs have left for it. */
export interface Stored {
  /** In parts, so that no core holds them all as text. */
  bodies: Uint8Array[];
  mail: CoreEvent[];
}

/** Where a host carries out its plans. */
export interface Store {
  /** False: nothing outlives its core. */
  keeps: boolean;
  read(): Promise<Stored>;
  /** One step; resolves when it has been committed. */
  apply(core: Core, plan: Plan, around: Surroundings): Promise<Effects>;
  /** The same for a step that makes room. */
  makeRoom(core: Core, plan: Plan, around: Surroundings): Promise<Effects>;
  mail(key: string): Promise<CoreEvent | null>;
  close(): void;
}

const ROWS_A_PART = 1000;
const encoder = new TextEncoder();

/** The database of this name; rejects as `openDatabase` does. */
export async function openStore(name: string, timeoutMs: number, events: DatabaseEvents): Promise<Store> {
  const db = await openDatabase(name, events, timeoutMs);
  return {
    keeps: true,
    read: () => readStored(db),
    apply: (core, plan, around) => applyPlan(db, core, plan, around),
    makeRoom: (core, plan, around) => applyRoom(db, core, plan, around),
    mail: (key) => getMail(db, key),
    close: () => db.close(),
  };
}

/** Keeps nothing. */
export const noStore: Store = {
  keeps: false,
  read: () => Promise.resolve({ bodies: [bodyOf([], [], [], [])], mail: [] }),
  apply: (core, plan, around) => Promise.resolve(applyUnstored(core, plan, around)),
  makeRoom: (core, plan, around) => Promise.resolve(applyUnstored(core, plan, around)),
  mail: () => Promise.resolve(null),
  close: () => {},
};

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

function readStored(db: IDBDatabase): Promise<Stored> {
  return new Promise((resolve, reject) => {
    const names = ['chat_meta', 'cache_stats', 'offline_queue', 'media_meta'];
    const transaction = db.transaction(names, 'readonly');
    const all = names.map((name) => transaction.objectStore(name).getAll() as IDBRequest<object[]>);
    transaction.oncomplete = () => {
      const [chats = [], stats = [], queue = [], media = []] = all.map(({ result }) => result);
      const { rows, mail } = sortMail(stats);
      resolve({ bodies: bodiesOf(chats, rows, queue, media), mail });
    };
    transaction.onabort = () => reject(transaction.error);
  });
}
