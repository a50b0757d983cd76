/** Bulk ingest by hand-written IndexedDB, in a worker as well. */
import { ChatServer } from './support/chat-server.js';
import { countMessages, deleteDatabase, storedRow } from './support/idb.js';
import type { IngestResult, IngestSize } from './support/results.js';

function nextMessage<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<T>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

export async function run({ chats, perChat }: IngestSize): Promise<IngestResult> {
  const databaseName = `optimal-${Date.now()}`;
  const worker = new Worker('/scripts/ingest-optimal-worker.js', { type: 'module' });
  worker.postMessage({ databaseName, chats, perChat });
  await nextMessage(worker);
  const start = performance.now();
  worker.postMessage('go');
  await nextMessage(worker);
  const ms = performance.now() - start;
  worker.terminate();
  const stored = await countMessages(databaseName);
  const sample = await storedRow(databaseName, new ChatServer(chats).requestIds[1]!, perChat);
  await deleteDatabase(databaseName);
  return { ms, stored, sample };
}
