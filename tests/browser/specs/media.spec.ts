/** Files: a hit comes from disk, a miss is downloaded once, verified, and stored with its metadata. */
import { expect } from 'chai';
import type { Larder } from 'chatlarder';
import { deleteRow, rowsOf } from './support/database.js';
import { uuid } from './support/fake-server.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import {
  answerOfWorker,
  bytesOf,
  chatId,
  expectSound,
  listen,
  mediaRows,
  storedNames,
  untilMedia,
} from './support/media.js';
import { MediaServer, noise, picture } from './support/media-server.js';
import { goOffline, goOnline } from './support/outbox.js';

describe('media', () => {
  const larders = new Larders();
  let server: MediaServer;
  let larder: Larder;

  beforeEach(async () => {
    server = new MediaServer(2, 3);
    larder = await larders.open({ userId: freshUser(), transport: server, media: { thumbnails: false } });
  });
  afterEach(async () => {
    server.release();
    await larders.destroyAll();
  });

  /** The same database in a new page. */
  async function reopen(): Promise<Larder> {
    await larder.close();
    const userId = larder.databaseName.slice('support-center-'.length, -'-cache'.length);
    return (larder = await larders.open({ userId, transport: server, media: { thumbnails: false } }));
  }

  describe('get', () => {
    it('downloads a file and stores it with its metadata, then takes it from disk', async () => {
      const bytes = noise(5000);
      const file = await server.put(0, 'a.png', bytes, {
        said: { originalFilename: 'Pic.png', messageId: uuid(1000, 3) },
      });
      const blob = await larder.media.get(chatId, 'a.png');
      expect(blob.type).to.equal('image/png');
      expect(await bytesOf(blob)).to.deep.equal(bytes);
      const row = (await mediaRows(larder)).get('a.png')!;
      expect(row).to.include({
        id: `${chatId}:a.png`,
        requestId: chatId,
        filename: 'a.png',
        originalFilename: 'Pic.png',
        messageId: uuid(1000, 3),
        mimeType: 'image/png',
        fileSize: 5000,
        downloadStatus: 'completed',
        downloadProgress: 100,
        sha256Hash: file.said.sha256,
        isVerified: true,
        isPinned: false,
        priority: 'normal',
      });
      const [stored] = await rowsOf(larder.databaseName, 'media_blobs');
      expect(stored).to.include({ key: row.localBlobKey, size: 5000, mimeType: 'image/png' });
      server.down = true;
      expect(await bytesOf(await larder.media.get(chatId, 'a.png'))).to.deep.equal(bytes);
      await reopen();
      expect(await bytesOf(await larder.media.get(chatId, 'a.png'))).to.deep.equal(bytes);
      expect(server.downloads()).to.deep.equal(['a.png 0']);
      server.down = false;
      await expectSound(larder);
    });

    it('takes a file from disk without a worker', async () => {
      await server.put(0, 'a.png', noise(700));
      await larder.media.get(chatId, 'a.png');
      await larder.close();
      const original = globalThis.Worker;
      globalThis.Worker = class {
        constructor() {
          throw new Error('there are no workers');
        }
      } as never;
      try {
        await reopen();
        expect((await larder.media.get(chatId, 'a.png')).size).to.equal(700);
        expect((await larder.media.list()).length).to.equal(1);
        await until(() => larders.withCode('network').length > 0);
      } finally {
        globalThis.Worker = original;
      }
      expect(server.downloads()).to.deep.equal(['a.png 0']);
    });

    it('downloads once for many who ask', async () => {
      await server.put(0, 'a.png', noise(3000));
      const blobs = await Promise.all(Array.from({ length: 10 }, () => larder.media.get(chatId, 'a.png')));
      expect(new Set(blobs.map(({ size }) => size))).to.deep.equal(new Set([3000]));
      expect(server.downloads()).to.deep.equal(['a.png 0']);
    });

    it('runs four downloads at once, high before normal before low', async () => {
      const names = Array.from({ length: 8 }, (_, i) => `f${i}`);
      for (const name of names) await server.put(0, name, noise(100));
      server.holdMedia();
      const first = names.slice(0, 4).map((name) => larder.media.get(chatId, name));
      await until(() => server.begun.length === 4);
      const later = (['low', 'normal', 'high', 'high'] as const).map((priority, i) =>
        larder.media.get(chatId, names[4 + i]!, { priority }),
      );
      await larder.media.evict(1); // they were asked for before
      server.release();
      await Promise.all([...first, ...later]);
      expect(server.begun.slice(4)).to.deep.equal(['f6', 'f7', 'f5', 'f4']);
      expect(server.mostDownloads).to.equal(4);
    });

    it('tells whole percents, upwards, and other listeners too', async () => {
      await server.put(0, 'a.png', noise(8000));
      const heard = listen(larder);
      const told: number[] = [];
      await larder.media.get(chatId, 'a.png', { onProgress: (percent) => told.push(percent) });
      expect(told).to.deep.equal([...told].sort((a, b) => a - b));
      expect(told).to.include.members([0, 25, 50, 75, 100]);
      expect(told.every(Number.isInteger)).to.equal(true);
      const progress = heard.filter((each) => each.progress !== undefined);
      expect(progress[0]).to.deep.include({ requestId: chatId, filename: 'a.png', status: 'downloading' });
      await until(() => heard.at(-1)!.status === 'completed');
      expect(heard.at(-1)).to.include({ filename: 'a.png' });
    });

    it('can be given up; others who ask get it nonetheless', async () => {
      await server.put(0, 'a.png', noise(4000), { stallAfter: 1000 });
      const abort = new AbortController();
      const mine = larder.media.get(chatId, 'a.png', { signal: abort.signal });
      const theirs = larder.media.get(chatId, 'a.png');
      await until(() => server.begun.length === 1);
      abort.abort();
      expect((await rejection(mine)).code).to.equal('aborted');
      server.release();
      expect((await theirs).size).to.equal(4000);
      expect(server.downloads()).to.deep.equal(['a.png 0']);
    });

    it('given up by the last who asked, it breaks off the download', async () => {
      await server.put(0, 'a.png', noise(4000), { stallAfter: 1000 });
      const abort = new AbortController();
      const mine = larder.media.get(chatId, 'a.png', { signal: abort.signal });
      await until(() => server.begun.length === 1);
      abort.abort();
      expect((await rejection(mine)).code).to.equal('aborted');
      await until(() => server.aborted > 0);
      expect(await storedNames(larder)).to.deep.equal([]);
      const already = AbortSignal.abort();
      expect((await rejection(larder.media.get(chatId, 'a.png', { signal: already }))).code).to.equal(
        'aborted',
      );
      server.release();
      expect((await larder.media.get(chatId, 'a.png')).size).to.equal(4000);
    });

    it('refuses names that are none', async () => {
      const wrong: [string, string, string][] = [
        ['no-uuid', 'a.png', 'requestId'],
        [chatId, '', 'filename'],
        [chatId, 'x'.repeat(1025), 'filename'],
        [chatId, 'lone \ud800', 'filename'],
      ];
      for (const [requestId, filename, path] of wrong) {
        const error = await rejection(larder.media.get(requestId, filename));
        expect(error).to.include({ name: 'ArgumentError', code: 'argument', path });
      }
      const priority = 'urgent' as never;
      expect((await rejection(larder.media.get(chatId, 'a', { priority }))).path).to.equal('priority');
      expect(server.downloads()).to.deep.equal([]);
    });

    it('takes hostile names for what they are: names', async () => {
      const names = [
        '../../secret',
        '..',
        'CON',
        'a/b\\c',
        '\u202egnp.exe',
        '<img src=x>',
        'ü %2F.png',
        'a:b',
      ];
      for (const [i, name] of names.entries()) await server.put(0, name, noise(50 + i, i + 1));
      for (const [i, name] of names.entries()) {
        expect(await bytesOf(await larder.media.get(chatId, name))).to.deep.equal(noise(50 + i, i + 1));
      }
      const rows = await mediaRows(larder);
      for (const name of names) expect(rows.get(name)!.localBlobKey).to.match(/^b-[0-9a-f]{32}$/);
      await expectSound(larder);
      for (const [i, name] of names.entries())
        expect((await larder.media.get(chatId, name)).size).to.equal(50 + i);
      expect(server.downloads()).to.have.lengthOf(names.length);
    });
  });

  describe('a download that is interrupted', () => {
    it('goes on where it broke', async () => {
      const bytes = noise(8000);
      await server.put(0, 'a.png', bytes, { cutAfter: 3000 });
      const told: number[] = [];
      const blob = await larder.media.get(chatId, 'a.png', { onProgress: (percent) => told.push(percent) });
      expect(await bytesOf(blob)).to.deep.equal(bytes);
      expect(server.downloads()).to.deep.equal(['a.png 0', 'a.png 3000']);
      expect((await mediaRows(larder)).get('a.png')).to.include({ isVerified: true });
    });

    it('goes on where it broke after tries that got no answer', async () => {
      const bytes = noise(8000);
      await server.put(0, 'a.png', bytes, { cutAfter: 3000 });
      let tries = 0;
      server.refuse = (method) => {
        if (method === 'fetchMedia' && (tries += 1) === 2) throw new Error('no network');
      };
      expect(await bytesOf(await larder.media.get(chatId, 'a.png'))).to.deep.equal(bytes);
      expect(server.downloads()).to.deep.equal(['a.png 0', 'a.png 3000', 'a.png 3000']);
    });

    it('starts anew where the server gives the whole', async () => {
      const bytes = noise(8000);
      await server.put(0, 'a.png', bytes, { cutAfter: 3000, whole: true });
      expect(await bytesOf(await larder.media.get(chatId, 'a.png'))).to.deep.equal(bytes);
      expect(server.downloads()).to.deep.equal(['a.png 0', 'a.png 3000']);
    });

    it('is refused at once without a network, and works when there is one', async () => {
      await server.put(0, 'a.png', noise(100));
      await larder.sync();
      await goOffline(larder);
      expect((await rejection(larder.media.get(chatId, 'a.png'))).code).to.equal('offline');
      goOnline();
      await until(() => larder.connection === 'online');
      expect((await larder.media.get(chatId, 'a.png')).size).to.equal(100);
    });
  });

  describe('what is wrong', () => {
    it('is asked for once more, then taken', async () => {
      const bytes = noise(2000);
      await server.put(0, 'a.png', bytes, { spoilt: 1 });
      expect(await bytesOf(await larder.media.get(chatId, 'a.png'))).to.deep.equal(bytes);
      expect(server.downloads()).to.deep.equal(['a.png 0', 'a.png 0']);
    });

    it('twice, is failed with the reason, and nothing of it is stored', async () => {
      await server.put(0, 'a.png', noise(2000), { spoilt: 2 });
      const heard = listen(larder);
      const error = await rejection(larder.media.get(chatId, 'a.png'));
      expect(error).to.include({ code: 'media_damaged' });
      expect(error.message).to.include('SHA-256');
      expect(await rowsOf(larder.databaseName, 'media_blobs')).to.deep.equal([]);
      await until(() => heard.at(-1)!.status === 'failed');
      expect(heard.at(-1)).to.include({ filename: 'a.png', reason: 'media_damaged' });
      expect((await mediaRows(larder)).get('a.png')).to.include({
        downloadStatus: 'failed',
        lastError: 'media_damaged',
        localBlobKey: null,
      });
      expect((await larder.media.get(chatId, 'a.png')).size).to.equal(2000);
      await expectSound(larder);
    });

    it('when it is shorter than the server says', async () => {
      await server.put(0, 'a.png', noise(2000), { said: { size: 2500 } });
      expect((await rejection(larder.media.get(chatId, 'a.png'))).code).to.equal('media_damaged');
      expect(server.downloads()).to.have.lengthOf(2);
    });

    it('when there is no such file: the server’s reason', async () => {
      const error = await rejection(larder.media.get(chatId, 'nothing.png'));
      expect(error).to.include({ code: 'rejected', reason: 'no such file' });
      expect(server.downloads()).to.have.lengthOf(1);
    });

    it('a file without a hash is stored and not verified', async () => {
      await server.put(0, 'a.png', noise(300), { said: { sha256: undefined as never } });
      await larder.media.get(chatId, 'a.png');
      expect((await mediaRows(larder)).get('a.png')).to.include({
        isVerified: false,
        downloadStatus: 'completed',
      });
      await expectSound(larder);
    });
  });

  describe('what is asked of files', () => {
    beforeEach(async () => {
      for (const [i, name] of ['a.png', 'b.mp4', 'c.pdf'].entries())
        await server.put(0, name, noise(1000 * (i + 1), i + 1), {
          mimeType: ['image/png', 'video/mp4', 'application/pdf'][i]!,
        });
      await server.put(1, 'd.svg', noise(10), { mimeType: 'image/svg+xml' });
    });

    it('list and meta', async () => {
      expect(await larder.media.list()).to.deep.equal([]);
      expect(await larder.media.meta(chatId, 'a.png')).to.equal(null);
      for (const name of ['a.png', 'b.mp4']) await larder.media.get(chatId, name);
      await larder.media.get(uuid(1, 1), 'd.svg');
      const names = (of: { filename: string }[]) => of.map(({ filename }) => filename).sort();
      expect(names(await larder.media.list())).to.deep.equal(['a.png', 'b.mp4', 'd.svg']);
      expect(names(await larder.media.list(chatId))).to.deep.equal(['a.png', 'b.mp4']);
      expect(await larder.media.meta(chatId, 'b.mp4')).to.include({ fileSize: 2000, mimeType: 'video/mp4' });
    });

    it('stats: by chat and by type, and how often they were of use', async () => {
      for (const name of ['a.png', 'b.mp4', 'c.pdf']) await larder.media.get(chatId, name);
      await larder.media.get(uuid(1, 1), 'd.svg');
      for (let i = 0; i < 4; i += 1) await larder.media.get(chatId, 'a.png');
      const stats = await until(async () => {
        const found = await larder.stats();
        return found.cacheHits === 4 ? found : null;
      });
      expect(stats).to.include({ mediaSize: 6010, mediaCount: 4, cacheMisses: 4, hitRate: 50 });
      expect(stats.totalSize).to.equal(stats.messagesSize + 6010);
      const sizes = stats.byChat.map(({ requestId, mediaSize }) => [requestId, mediaSize]);
      expect(sizes).to.deep.include.members([
        [chatId, 6000],
        [uuid(1, 1), 10],
      ]);
      expect(stats.byType).to.deep.equal([
        { mimeType: 'application/pdf', count: 1, size: 3000 },
        { mimeType: 'video/mp4', count: 1, size: 2000 },
        { mimeType: 'image/png', count: 1, size: 1000 },
        { mimeType: 'image/svg+xml', count: 1, size: 10 },
      ]);
      await expectSound(larder);
    });

    it('delete: one, and all of a chat', async () => {
      for (const name of ['a.png', 'b.mp4', 'c.pdf']) await larder.media.get(chatId, name);
      await larder.media.get(uuid(1, 1), 'd.svg');
      await larder.media.pin(chatId, 'b.mp4');
      await larder.media.delete(chatId, 'a.png');
      expect(await storedNames(larder)).to.deep.equal(['b.mp4', 'c.pdf', 'd.svg']);
      await larder.media.delete(chatId);
      expect(await storedNames(larder)).to.deep.equal(['d.svg']);
      expect(await rowsOf(larder.databaseName, 'media_blobs')).to.have.lengthOf(1);
      expect((await larder.stats()).mediaSize).to.equal(10);
      await expectSound(larder);
    });

    it('prefetch: what is not there comes by itself', async () => {
      await larder.media.prefetch(chatId, [
        'a.png',
        { filename: 'b.mp4', fileSize: 2000, mimeType: 'video/mp4' },
      ]);
      await untilMedia(larder, 'a.png', 'completed');
      await untilMedia(larder, 'b.mp4', 'completed');
      await larder.media.get(chatId, 'b.mp4');
      expect(server.downloads()).to.have.members(['a.png 0', 'b.mp4 0']);
    });

    it('prefetch names what is wrong with its files', async () => {
      for (const [files, path] of [
        [[null], 'filename'],
        [[{}], 'filename'],
        ['a.png', 'files'],
      ] as const) {
        const error = await rejection(larder.media.prefetch(chatId, files as never));
        expect(error).to.include({ name: 'ArgumentError', path });
      }
    });

    it('prefetch, written before the page goes, is done by the next one', async () => {
      server.down = true;
      await larder.media.prefetch(chatId, ['a.png']);
      await reopen();
      server.down = false;
      await larder.sync();
      await untilMedia(larder, 'a.png', 'completed');
    });
  });

  it('persist asks the browser, where there is anything to ask', async () => {
    const storage = navigator.storage as StorageManager | undefined;
    if (!storage) return expect(await larder.persist()).to.equal(false);
    Object.defineProperty(storage, 'persist', { value: () => Promise.resolve(true), configurable: true });
    expect(await larder.persist()).to.equal(true);
    Reflect.deleteProperty(storage, 'persist');
  });

  describe('url', () => {
    it('shows what may be shown, and offers the rest as a download', async () => {
      const types: [string, boolean, string][] = [
        ['image/png', true, 'image/png'],
        ['Video/MP4; codecs="avc1"', true, 'video/mp4'],
        ['audio/mpeg', true, 'audio/mpeg'],
        ['image/svg+xml', false, 'application/octet-stream'],
        ['text/html', false, 'application/octet-stream'],
        ['application/pdf', false, 'application/octet-stream'],
        ['', false, 'application/octet-stream'],
      ];
      for (const [i, [mimeType, inline, shown]] of types.entries()) {
        await server.put(0, `f${i}`, noise(100, i + 1), {
          mimeType,
          said: { originalFilename: `Name ${i}` },
        });
        const made = await larder.media.url(chatId, `f${i}`);
        expect(made).to.include({ inline, mimeType: shown, filename: `Name ${i}` });
        const response = await fetch(made.url);
        expect(response.headers.get('content-type')).to.equal(shown);
        expect(new Uint8Array(await response.arrayBuffer())).to.deep.equal(noise(100, i + 1));
        made.revoke();
        expect(
          await fetch(made.url).then(
            () => 'there',
            () => 'gone',
          ),
        ).to.equal('gone');
      }
    });

    it('is given back when the larder closes', async () => {
      await server.put(0, 'a.png', noise(100));
      const { url } = await larder.media.url(chatId, 'a.png');
      await larder.close();
      expect(
        await fetch(url).then(
          () => 'there',
          () => 'gone',
        ),
      ).to.equal('gone');
      expect((await rejection(larder.media.url(chatId, 'a.png'))).code).to.equal('closed');
    });
  });

  describe('thumbnails', () => {
    before(async function () {
      if (!(await workerMakesPictures())) this.skip();
    });

    beforeEach(async () => {
      larder = await larders.open({ userId: freshUser(), transport: server, media: { thumbnails: 64 } });
      await server.put(0, 'wide.png', await picture(640, 320));
      await server.put(0, 'not.png', noise(500));
      await larder.media.get(chatId, 'not.png');
      await larder.media.get(chatId, 'wide.png');
      await thumbnailKey();
    });

    function thumbnailKey(): Promise<string> {
      return until(async () => (await mediaRows(larder)).get('wide.png')!.thumbnailBlobKey);
    }

    it('are made of pictures, and outlive them', async () => {
      const small = (await larder.media.thumbnail(chatId, 'wide.png'))!;
      const { width, height } = await createImageBitmap(small);
      expect({ width, height }).to.deep.equal({ width: 64, height: 32 });
      expect(await larder.media.thumbnail(chatId, 'not.png')).to.equal(null);
      await expectSound(larder);
      const { fileSize } = (await mediaRows(larder)).get('wide.png')!;
      expect(await larder.media.evict(1, chatId)).to.equal(500);
      expect(await larder.media.evict(fileSize)).to.equal(fileSize);
      expect((await larder.stats()).mediaSize).to.equal(small.size);
      expect((await larder.media.thumbnail(chatId, 'wide.png'))!.size).to.equal(small.size);
      await expectSound(larder);
    });

    it('that are lost are made again by a repair', async () => {
      const key = await thumbnailKey();
      await deleteRow(larder.databaseName, 'media_blobs', key);
      expect((await larder.verify()).problems).to.deep.equal([
        { code: 'thumbnail_without_blob', requestId: chatId, id: `${chatId}:wide.png`, key },
      ]);
      expect(await larder.media.thumbnail(chatId, 'wide.png')).to.equal(null);
      await larder.repair();
      await until(async () => larder.media.thumbnail(chatId, 'wide.png'));
      await expectSound(larder);
    });
  });
});

function workerMakesPictures(): Promise<boolean> {
  return answerOfWorker(`postMessage('OffscreenCanvas' in self && 'createImageBitmap' in self)`);
}
