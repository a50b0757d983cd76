import { applyPlan, applyUnstored, type Effects, type Surroundings } from './apply.js';
import type { Core, CoreEvent, Plan } from './core.js';
import { openDatabase, type DatabaseEvents, type openExisting } from './db.js';
import { getMail } from './mail.js';
import { applyRoom } from './room.js';
import type { Claim } from './claim.js';
import { bodiesOf, readStored, type Stored } from './stored.js';

/** Where a host carries out its plans. */
export interface Store {
  /** False: nothing outlives its core. */
  keeps: boolean;
  /**
   * Reads what is stored, and claims the database for this host, once: `known` is what it was told before.
   * Rejects with `Fenced` when another host has claimed it since. With `proves` something is written in any
   * case.
   */
  read(known: Claim | null, proves: boolean): Promise<Stored>;
  /** One step; resolves when it has been committed. */
  apply(core: Core, plan: Plan, around: Surroundings): Promise<Effects>;
  /** The same for a step that makes room. */
  makeRoom(core: Core, plan: Plan, around: Surroundings): Promise<Effects>;
  mail(key: string): Promise<CoreEvent | null>;
  close(): void;
}

/** The database of this name; rejects as `open` does. */
export async function openStore(
  name: string,
  timeoutMs: number,
  events: DatabaseEvents,
  open: typeof openExisting = openDatabase,
): Promise<Store> {
  const db = await open(name, events, timeoutMs);
  return {
    keeps: true,
    read: (known, proves) => readStored(db, known, proves),
    apply: (core, plan, around) => applyPlan(db, core, plan, around),
    makeRoom: (core, plan, around) => applyRoom(db, core, plan, around),
    mail: (key) => getMail(db, key),
    close: () => db.close(),
  };
}

/** Keeps nothing. */
export const noStore: Store = {
  keeps: false,
  read: () => {
    const bodies = bodiesOf([], [], [], []);
    return Promise.resolve({ bodies, mail: [], claim: null, written: false, troubles: [] });
  },
  apply: (core, plan, around) => Promise.resolve(applyUnstored(core, plan, around)),
  makeRoom: (core, plan, around) => Promise.resolve(applyUnstored(core, plan, around)),
  mail: () => Promise.resolve(null),
  close: () => {},
};
