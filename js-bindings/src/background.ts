import type { Layout } from './gen/schema.js';

/** Whose outbox it is, and how its history is stored. */
export interface OutboxOwner {
  userId: string;
  namespace: string;
  layout: Layout;
}

const PREFIX = 'chatlarder:';

/** Background Sync, which only some browsers have. */
interface SyncRegistration {
  sync?: { register(tag: string): Promise<void> };
}

/** The tag under which a browser is asked to wake the service worker for an outbox. */
export function syncTag({ userId, namespace, layout }: OutboxOwner): string {
  return PREFIX + String(new URLSearchParams({ userId, namespace, layout }));
}

/** Whose outbox a tag names; null when it isn't one of ours. */
export function ownerOf(tag: string): OutboxOwner | null {
  if (!tag.startsWith(PREFIX)) return null;
  const names = new URLSearchParams(tag.slice(PREFIX.length));
  const userId = names.get('userId');
  const namespace = names.get('namespace');
  if (!userId || !namespace) return null;
  return { userId, namespace, layout: names.get('layout') === 'rows' ? 'rows' : 'blocks' };
}

/**
 * Asks the browser to wake the app's service worker when there is a network and no page to send what waits.
 * Without Background Sync, a service worker or leave to do so, what waits is sent when the app is opened
 * next.
 */
export async function askForSync(owner: OutboxOwner): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await (registration as SyncRegistration | undefined)?.sync?.register(syncTag(owner));
  } catch {
    // Refused: as if there were none.
  }
}
