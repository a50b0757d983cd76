/**
 * An app's service worker as it is woken for an outbox, whose server is on the page (support/remote.ts) or at
 * an address. A page may also run it as an ordinary worker: it says `{ tag }`, and is told how the work ended
 * that the browser would have been asked to wait for.
 */
import { drainOutboxOnSync, httpTransport } from 'chatlarder/service-worker';
import transport from './faulty.js';

const { searchParams } = new URL(import.meta.url);
const baseUrl = searchParams.get('baseUrl');
const token = searchParams.get('token');

drainOutboxOnSync(({ userId, namespace, databaseName }) => {
  if (databaseName !== `${namespace}-${userId}-cache` || searchParams.has('refuse')) return null;
  if (!baseUrl) return { transport };
  const wasmUrl = '/dist/chatlarder.wasm';
  return { transport: httpTransport({ baseUrl }), credentials: () => token, wasmUrl };
});

addEventListener('message', ({ data, source }: MessageEvent<{ tag: string }>) => {
  const works: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => works.push(work);
  dispatchEvent(Object.assign(new Event('sync'), { tag: data.tag, waitUntil }));
  const tell = (code: string | null) => {
    const page = (source ?? self) as unknown as { postMessage(message: unknown): void };
    page.postMessage({ works: works.length, code });
  };
  Promise.all(works).then(
    () => tell(null),
    (error: { code?: string; message: string }) => tell(error.code ?? error.message),
  );
});
