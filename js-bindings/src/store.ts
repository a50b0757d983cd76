import { applyPlan, applyUnstored, type Effects, type Surroundings } from './apply.js';
import type { Core, CoreEvent, Plan } from './core.js';
import { openDatabase, type DatabaseEvents } from './db.js';
import { getMail, sortMail } from './mail.js';

/** What a new core is to be told: what is stored, and the events that other tabs have left for it. */
export interface Stored {
  body: Uint8Array;
  mail: CoreEvent[];
}

/** Where a host carries out its plans. */
export interface Store {
  read(): Promise<Stored>;
  /** One step; resolves when it has been committed. */
  apply(core: Core, plan: Plan, around: Surroundings): Promise<Effects>;
  mail(key: string): Promise<CoreEvent | null>;
  close(): void;
}

const encoder = new TextEncoder();

/** The database of this name; rejects as `openDatabase` does. */
export async function openStore(name: string, timeoutMs: number, events: DatabaseEvents): Promise<Store> {
  const db = await openDatabase(name, events, timeoutMs);
  return {
    read: () => readStored(db),
    apply: (core, plan, around) => applyPlan(db, core, plan, around),
    mail: (key) => getMail(db, key),
    close: () => db.close(),
  };
}

/** Keeps nothing. */
export const noStore: Store = {
  read: () => Promise.resolve({ body: bodyOf([], [], []), mail: [] }),
  apply: (core, plan, around) => Promise.resolve(applyUnstored(core, plan, around)),
  mail: () => Promise.resolve(null),
  close: () => {},
};

function bodyOf(chat_meta: object[], cache_stats: object[], offline_queue: object[]): Uint8Array {
  return encoder.encode(JSON.stringify({ chat_meta, cache_stats, offline_queue }));
}

function readStored(db: IDBDatabase): Promise<Stored> {
  return new Promise((resolve, reject) => {
    const names = ['chat_meta', 'cache_stats', 'offline_queue'];
    const transaction = db.transaction(names, 'readonly');
    const [chats, stats, queue] = names.map((name) => transaction.objectStore(name).getAll());
    transaction.oncomplete = () => {
      const { rows, mail } = sortMail(stats!.result as object[]);
      resolve({ body: bodyOf(chats!.result as object[], rows, queue!.result as object[]), mail });
    };
    transaction.onabort = () => reject(transaction.error);
  });
}
