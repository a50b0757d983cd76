import type { Plan } from './core.js';

/**
 * Rows of `cache_stats` that are the hosts' own: whose turn it is to write, each host having a number of its
 * own, and which database this is.
 */
export const LEADER = 'leader';
export const EPOCH = 'epoch';

export interface LeaderRow {
  key: string;
  generation: number;
}

/** `dataLoss`: the browser lost what was stored, and said so when it made this database. */
export interface EpochRow {
  key: string;
  epoch: string;
  dataLoss?: string;
}

/** Another host has claimed the database since: nothing of the transaction was stored. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/**
 * The first request of a transaction that a plan asks for: `fail` hears when another host has claimed the
 * database meanwhile.
 */
export function checkFence(stats: IDBObjectStore, { generation }: Plan, fail: (error: Fenced) => void): void {
  if (generation === undefined) return;
  const request = stats.get(LEADER) as IDBRequest<LeaderRow | undefined>;
  request.onsuccess = () => {
    const now = request.result?.generation;
    if (now !== generation) fail(new Fenced(`generation ${generation}, and now it is ${String(now)}`));
  };
}
