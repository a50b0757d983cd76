/**
 * An app's service worker that gives out files. A page may also run it as an ordinary worker: it says
 * `{ url, range }`, and is told what a `fetch` event with that would be answered.
 */
import { serveMedia } from 'chatlarder/service-worker';

const prefix = new URL(import.meta.url).searchParams.get('prefix');
serveMedia(prefix ? { prefix } : {});

interface Asked {
  url: string;
  method?: string;
  headers?: Record<string, string>;
}

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  const { url, method = 'GET', headers = {} } = data;
  let answer: Promise<Response> | null = null;
  const respondWith = (response: Promise<Response>) => void (answer = response);
  const request = new Request(url, { method, headers });
  dispatchEvent(Object.assign(new Event('fetch'), { request, respondWith }));
  void tell(answer);
});

async function tell(answer: Promise<Response> | null): Promise<void> {
  const page = self as unknown as { postMessage(message: unknown): void };
  const response = await answer;
  if (!response) return page.postMessage(null);
  const body = new Uint8Array(await response.arrayBuffer());
  page.postMessage({ status: response.status, headers: Object.fromEntries(response.headers), body });
}
