/** The network as the browser tells of it, and a larder over the reference server. */
import { httpTransport, openLarder, type Larder } from 'chatlarder';
import { requestDone } from './idb.js';

/** Opens it with chats that it knows and has nothing of. */
export async function openOverHttp(userId: string): Promise<Larder> {
  const transport = httpTransport({ baseUrl: '/api/v1' });
  const larder = await openLarder({ userId, transport, credentials: () => 'customer-token' });
  await larder.sync();
  return larder;
}

/** What the browser says when the network goes or comes back; resolves when the larder says so too. */
export async function setNetwork(larder: Larder, state: 'online' | 'offline'): Promise<void> {
  while (larder.connection !== state) {
    const changed = new Promise((resolve) => larder.addEventListener('connection', resolve, { once: true }));
    dispatchEvent(new Event(state));
    await changed;
  }
}

/** Resolves when everything that waited has been sent; looks after each change. */
export async function outboxEmpty(larder: Larder): Promise<void> {
  const db = await requestDone(indexedDB.open(larder.databaseName));
  const waiting = () => db.transaction('offline_queue').objectStore('offline_queue').count();
  for (;;) {
    const changed = new Promise((resolve) => larder.addEventListener('outbox', resolve, { once: true }));
    if ((await requestDone(waiting())) === 0) return db.close();
    await changed;
  }
}
