import { applyPlan, type Effects, type Surroundings } from './apply.js';
import type { Core, Plan, PlanCall, PlanWrite } from './core.js';
import { checkFence } from './fence.js';
import { abortOf } from './values.js';

type Deletion = Extract<PlanWrite, { op: 'delete' }>;

/**
 * Carries out a step that makes room where the browser has none left. Chromium then lets no transaction
 * through that puts anything, however much it deletes: so the media that are to go, go ahead, in a
 * transaction of their own and files as well, and the rest follows. If that is never committed, the next core
 * finds out from the rows what is there.
 */
export async function applyRoom(
  db: IDBDatabase,
  core: Core,
  first: Plan,
  around: Surroundings,
): Promise<Effects> {
  const plans = [first];
  while (plans.at(-1)!.more) plans.push(core.step([], Date.now()));
  const writes = plans.flatMap((plan) => plan.writes);
  const calls = plans.flatMap((plan) => plan.calls);
  await deleteAll(db, first, writes.filter(isOfMedia));
  await Promise.all(calls.filter(deletesFiles).map((call) => around.finish(call)));
  const rest: Plan = {
    ...plans.at(-1)!,
    writes: writes.filter((write) => !isOfMedia(write)),
    calls: calls.filter((call) => !deletesFiles(call)),
    signals: plans.flatMap((plan) => plan.signals),
    replies: plans.flatMap((plan) => plan.replies),
  };
  return applyPlan(db, core, rest, around);
}

function isOfMedia(write: PlanWrite): write is Deletion {
  return write.op === 'delete' && (write.store === 'media_blobs' || write.store === 'media_meta');
}

function deletesFiles({ method }: PlanCall): boolean {
  return method === 'deleteFiles';
}

function deleteAll(db: IDBDatabase, plan: Plan, deletions: Deletion[]): Promise<void> {
  if (!deletions.length) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stores = ['media_blobs', 'media_meta', 'cache_stats'];
    const transaction = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
    let fenced: Error | null = null;
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(fenced ?? abortOf(transaction));
    checkFence(transaction.objectStore('cache_stats'), plan, (error) => {
      fenced = error;
      transaction.abort();
    });
    for (const { store, keys } of deletions)
      for (const key of keys) transaction.objectStore(store).delete(key);
  });
}
