import { EPOCH, Fenced, LEADER, type EpochRow, type LeaderRow } from './fence.js';

/** What a host knows of its hold on the database. */
export interface Claim {
  /** Undefined: nobody has claimed the database yet, for want of room. */
  generation: number | undefined;
  /** Whether the number is this host's own. */
  own: boolean;
  /** Of the database that it has seen. */
  epoch: string | undefined;
}

/** What was found and done. */
export interface Claimed {
  claim: Claim;
  written: boolean;
  /** Why what this host knew, or what the app wrote, is gone; null when it isn't. */
  lost: string | null;
}

/** How a host begins. `writes`: there is room; `proves`: something is to be written in any case. */
export interface ClaimOptions {
  known: Claim | null;
  writes: boolean;
  proves: boolean;
}

const CLEARED = 'the site’s data were cleared while the page was open';

/**
 * Decides by the hosts' own rows of `cache_stats`. A host claims the database once: one that has lost it to
 * another is `Fenced`, also when it opens the database again; in a database that was made anew meanwhile it
 * claims anew.
 */
export function claimIn(stats: IDBObjectStore, rows: object[], options: ClaimOptions): Claimed {
  const { known, writes, proves } = options;
  const leader = rows.find((row) => (row as LeaderRow).key === LEADER) as LeaderRow | undefined;
  const epoch = rows.find((row) => (row as EpochRow).key === EPOCH) as EpochRow | undefined;
  const isCleared = known?.epoch !== undefined && known.epoch !== epoch?.epoch;
  checkKnown(known, leader, isCleared);
  const lost = isCleared ? CLEARED : (epoch?.dataLoss ?? null);
  if (!writes)
    return { claim: { ...claimOf(leader, epoch), own: !!known?.own && !isCleared }, written: false, lost };
  const keeps = known?.own && leader && !isCleared;
  const last = leader?.generation ?? known?.generation ?? 0;
  const next = { key: LEADER, generation: last + (keeps ? 0 : 1) };
  const database = { key: EPOCH, epoch: epoch?.epoch ?? crypto.randomUUID() };
  const written = !keeps || proves;
  if (written) stats.put(next satisfies LeaderRow);
  if (!epoch || epoch.dataLoss !== undefined) stats.put(database satisfies EpochRow);
  return { claim: { ...claimOf(next, database), own: true }, written, lost };
}

function claimOf(leader: LeaderRow | undefined, epoch: EpochRow | undefined): Omit<Claim, 'own'> {
  return { generation: leader?.generation, epoch: epoch?.epoch };
}

function checkKnown(known: Claim | null, leader: LeaderRow | undefined, isCleared: boolean): void {
  if (!known?.own || !leader) return;
  if (isCleared || leader.generation !== known.generation)
    throw new Fenced(`generation ${String(known.generation)}, and now it is ${leader.generation}`);
}
