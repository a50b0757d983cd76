/** The service worker's route: files on this device, whole and in ranges. */
import { expect } from 'chai';
import type { Larder } from 'chatlarder';
import { freshUser, Larders, until } from './support/larder.js';
import { chatId, hasFiles } from './support/media.js';
import { MediaServer, noise } from './support/media-server.js';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

const SIZE = 1000;
const film = noise(SIZE);

describe('media in ranges', () => {
  const larders = new Larders();
  const workers: Worker[] = [];
  let server: MediaServer;
  let larder: Larder;
  let worker: Worker;

  beforeEach(async () => {
    server = new MediaServer(1, 1);
    larder = await larders.open({
      userId: freshUser(),
      transport: server,
      media: { thumbnails: false, filesFrom: 5000 },
    });
    await server.put(0, 'film.mp4', film, {
      mimeType: 'video/mp4',
      said: { originalFilename: 'Ein "Film".mp4' },
    });
    await larder.media.get(chatId, 'film.mp4');
    worker = makeWorker();
  });
  afterEach(async () => {
    for (const each of workers.splice(0)) each.terminate();
    await larders.destroyAll({ ended: true });
  });

  function makeWorker(query = ''): Worker {
    const made = new Worker(`/modules/serving.js${query}`, { type: 'module' });
    workers.push(made);
    return made;
  }

  function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer | null> {
    return new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<Answer | null>) => resolve(data);
      worker.postMessage({ url: new URL(url, location.href).href, headers, method });
    });
  }

  function askFor(
    range: string | null,
    filename = 'film.mp4',
    more: Record<string, string> = {},
  ): Promise<Answer> {
    const headers = range === null ? more : { range, ...more };
    return ask(larder.media.streamUrl(chatId, filename), headers) as Promise<Answer>;
  }

  it('gives the whole', async () => {
    const { status, headers, body } = await askFor(null);
    expect(status).to.equal(200);
    expect(headers).to.include({
      'content-type': 'video/mp4',
      'content-length': '1000',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-disposition': `inline; filename*=UTF-8''Ein%20%22Film%22.mp4`,
    });
    expect(headers['content-security-policy']).to.include('sandbox');
    expect(body).to.deep.equal(film);
  });

  const ranges: [string, number, string | null, [number, number] | null][] = [
    ['bytes=0-', 206, 'bytes 0-999/1000', [0, 1000]],
    ['bytes=100-199', 206, 'bytes 100-199/1000', [100, 200]],
    ['bytes=900-5000', 206, 'bytes 900-999/1000', [900, 1000]],
    ['bytes=-10', 206, 'bytes 990-999/1000', [990, 1000]],
    ['bytes=-5000', 206, 'bytes 0-999/1000', [0, 1000]],
    ['bytes=999-999', 206, 'bytes 999-999/1000', [999, 1000]],
    ['bytes=1000-', 416, 'bytes */1000', null],
    ['bytes=-0', 416, 'bytes */1000', null],
    ['bytes=5-2', 200, null, [0, 1000]],
    ['bytes=0-1,5-6', 200, null, [0, 1000]],
    ['lines=1-2', 200, null, [0, 1000]],
    ['bytes=-', 200, null, [0, 1000]],
  ];
  for (const [range, status, contentRange, part] of ranges) {
    it(`answers ${range} with ${status}`, async () => {
      const answer = await askFor(range);
      expect(answer.status).to.equal(status);
      expect(answer.headers['content-range'] ?? null).to.equal(contentRange);
      expect(answer.body).to.deep.equal(part ? film.slice(...part) : new Uint8Array());
    });
  }

  it('gives a range only of the file that was asked for', async () => {
    const { etag } = (await askFor(null)).headers;
    expect(etag).to.match(/^"[0-9a-f]{64}"$/);
    expect((await askFor('bytes=0-9', 'film.mp4', { 'if-range': etag! })).status).to.equal(206);
    expect((await askFor('bytes=0-9', 'film.mp4', { 'if-range': '"another"' })).status).to.equal(200);
  });

  it('offers what may not be shown as a download', async () => {
    await server.put(0, 'page', noise(50), { mimeType: 'text/html' });
    await server.put(0, 'picture.svg', noise(60), { mimeType: 'image/svg+xml' });
    for (const name of ['page', 'picture.svg']) {
      await larder.media.get(chatId, name);
      const { headers } = await askFor(null, name);
      expect(headers).to.include({
        'content-type': 'application/octet-stream',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['content-disposition']).to.equal(`attachment; filename*=UTF-8''${name}`);
    }
  });

  it('gives what lies in a file', async function () {
    if (!(await hasFiles())) return this.skip();
    const bytes = noise(8000, 7);
    await server.put(0, 'large.mp4', bytes, { mimeType: 'video/mp4' });
    await larder.media.get(chatId, 'large.mp4');
    expect((await larder.media.meta(chatId, 'large.mp4'))!.localBlobKey).to.match(/^f-/);
    expect((await askFor('bytes=7000-', 'large.mp4')).body).to.deep.equal(bytes.slice(7000));
  });

  it('has nothing of what is not there, and makes no database', async () => {
    const urls = [
      larder.media.streamUrl(chatId, 'nothing.mp4'),
      `/chatlarder/no-such-database/${chatId}/film.mp4`,
      '/chatlarder/',
      '/chatlarder/a/b/c/d',
      '/chatlarder/%ff/a/b',
    ];
    for (const url of urls) expect((await ask(url))?.status).to.equal(404);
    const names = (await indexedDB.databases()).map(({ name }) => name);
    expect(names).to.not.include('no-such-database');
  });

  it('leaves other requests alone', async () => {
    expect(await ask('/dist/index.js')).to.equal(null);
    expect(await ask(larder.media.streamUrl(chatId, 'film.mp4'), {}, 'POST')).to.equal(null);
    expect(await ask(`http://other.example/chatlarder/a/${chatId}/b`)).to.equal(null);
    worker = makeWorker('?prefix=/elsewhere/');
    expect(await ask(larder.media.streamUrl(chatId, 'film.mp4'))).to.equal(null);
    expect((await ask('/elsewhere/a/b/c'))!.status).to.equal(404);
  });

  it('counts as use', async () => {
    const { cacheHits } = await larder.stats();
    await askFor('bytes=0-');
    await askFor('bytes=500-');
    await until(async () => (await larder.stats()).cacheHits === cacheHits + 1);
  });

  it('works in a real service worker', async function () {
    const scope = '/modules/';
    const registration = await navigator.serviceWorker
      ?.register('/modules/serving.js', { type: 'module', scope })
      .catch(() => null);
    if (!registration) return this.skip();
    const frame = document.createElement('iframe');
    try {
      await until(() => registration.active?.state === 'activated');
      frame.src = '/modules/frame.html';
      await new Promise((resolve) => {
        frame.onload = resolve;
        document.body.append(frame);
      });
      const page = frame.contentWindow as Window & typeof globalThis;
      const url = larder.media.streamUrl(chatId, 'film.mp4');
      const response = await page.fetch(url, { headers: { range: 'bytes=10-19' } });
      expect(response.status).to.equal(206);
      expect(new Uint8Array(await response.arrayBuffer())).to.deep.equal(film.slice(10, 20));
      expect((await page.fetch(url)).headers.get('content-type')).to.equal('video/mp4');
    } finally {
      frame.remove();
      await registration.unregister();
    }
  });
});
