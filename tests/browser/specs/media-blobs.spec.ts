/** Where bytes lie: in the database or in files, and what becomes of them when one of the two is lost. */
import { expect } from 'chai';
import type { Larder, LarderOptions } from 'chatlarder';
import { changeRow, deleteRow, openRaw, putRows, requestDone, rowsOf } from './support/database.js';
import { freshUser, Larders, until } from './support/larder.js';
import {
  blobKeys,
  bytesOf,
  chatId,
  expectSound,
  filesOf,
  hasFiles,
  mediaRows,
  storedNames,
  untilMedia,
} from './support/media.js';
import { MediaServer, noise } from './support/media-server.js';
import { Remote } from './support/remote.js';

const LARGE = 20_000;
const SMALL = 5_000;

describe('media: where bytes lie', () => {
  const larders = new Larders();
  let userId: string;
  let server: MediaServer;
  let larder: Larder;

  beforeEach(() => {
    userId = freshUser();
    server = new MediaServer(2, 3);
  });
  afterEach(async () => {
    server.release();
    await larders.destroyAll();
  });

  async function open(options: Partial<LarderOptions> = {}): Promise<Larder> {
    await larder?.close();
    const media = { thumbnails: false, filesFrom: 10_000 } as const;
    return (larder = await larders.open({ userId, transport: server, media, ...options }));
  }

  async function get(name: string, size: number): Promise<Uint8Array> {
    const bytes = noise(size, name.charCodeAt(0));
    await server.put(0, name, bytes);
    expect(await bytesOf(await larder.media.get(chatId, name))).to.deep.equal(bytes);
    return bytes;
  }

  async function keyOf(name: string): Promise<string | null> {
    return (await mediaRows(larder)).get(name)!.localBlobKey;
  }

  async function folderOf(requestId: string): Promise<FileSystemDirectoryHandle> {
    const root = await navigator.storage.getDirectory();
    const own = await root.getDirectoryHandle(larder.databaseName, { create: true });
    const media = await own.getDirectoryHandle('media', { create: true });
    return media.getDirectoryHandle(requestId, { create: true });
  }

  function deleteBlob(key: string): Promise<void> {
    return deleteRow(larder.databaseName, 'media_blobs', key);
  }

  describe('in the database', () => {
    it('they are a Blob, or an ArrayBuffer where the engine stores no Blobs', async () => {
      await open();
      const bytes = await get('a', SMALL);
      const [row] = await rowsOf(larder.databaseName, 'media_blobs');
      const data = row!['data'] as Blob | ArrayBuffer;
      const stored = data instanceof Blob ? await data.arrayBuffer() : data;
      expect(new Uint8Array(stored)).to.deep.equal(bytes);
      expect(await blobKeys(larder)).to.deep.equal([await keyOf('a')]);
    });

    it('where Blobs are refused they are stored all the same', async () => {
      const remote = new Remote(server);
      await open({ transport: remote.config });
      await larder.sync();
      await remote.arm({
        how: 'throw',
        name: 'DataCloneError',
        store: 'media_blobs',
        blobs: true,
        times: 1e9,
      });
      const bytes = await get('a', SMALL);
      const [row] = await rowsOf(larder.databaseName, 'media_blobs');
      expect(row!['data']).to.be.an('ArrayBuffer');
      server.down = true;
      expect(await bytesOf(await larder.media.get(chatId, 'a'))).to.deep.equal(bytes);
      const { url, inline, revoke } = await larder.media.url(chatId, 'a');
      expect(inline).to.equal(true);
      expect((await (await fetch(url)).arrayBuffer()).byteLength).to.equal(SMALL);
      revoke();
      server.down = false;
      await remote.arm(null);
      await expectSound(larder);
      remote.close();
    });

    it('those that are gone are fetched again', async () => {
      await open();
      await get('a', SMALL);
      await deleteBlob((await keyOf('a'))!);
      expect((await larder.verify()).problems).to.deep.include({
        code: 'media_without_blob',
        requestId: chatId,
        id: `${chatId}:a`,
        key: await keyOf('a'),
      });
      expect((await larder.media.get(chatId, 'a')).size).to.equal(SMALL);
      expect(server.downloads()).to.deep.equal(['a 0', 'a 0']);
      await expectSound(larder);
    });
  });

  describe('in files', () => {
    before(async function () {
      if (!(await hasFiles())) this.skip();
    });

    it('large ones lie there, under names of ours, and come from there', async () => {
      await open();
      const bytes = await get('../large', LARGE);
      await get('small', SMALL);
      const key = (await keyOf('../large'))!;
      expect(key).to.match(/^f-[0-9a-f]{32}$/);
      expect(await filesOf(larder.databaseName)).to.deep.equal([`${chatId}/${key}`]);
      expect(await blobKeys(larder)).to.deep.equal([await keyOf('small')]);
      await open();
      server.down = true;
      const blob = await larder.media.get(chatId, '../large');
      expect(blob.type).to.equal('image/png');
      expect(await bytesOf(blob)).to.deep.equal(bytes);
      server.down = false;
      await expectSound(larder);
    });

    it('go with their entries', async () => {
      await open();
      for (const name of ['a', 'b', 'c']) await get(name, LARGE);
      await larder.media.delete(chatId, 'b');
      await until(async () => (await filesOf(larder.databaseName))!.length === 2);
      expect(await larder.media.evict(1)).to.equal(LARGE);
      await until(async () => (await filesOf(larder.databaseName))!.length === 1);
      expect(await storedNames(larder)).to.deep.equal(['c']);
      await expectSound(larder);
    });

    it('go with the database', async () => {
      await open();
      await get('a', LARGE);
      const name = larder.databaseName;
      await larder.destroy();
      expect(await filesOf(name)).to.equal(null);
      await open();
      expect(await larder.media.list()).to.deep.equal([]);
    });

    it('lie in a folder of their own though two names differ only in their letters’ size', async () => {
      const tag = freshUser();
      for (const name of ['Same', 'same']) {
        userId = `${name}-${tag}`;
        await open();
        await get('a', LARGE);
        await larder.destroy();
      }
      expect(await filesOf(larder.databaseName)).to.equal(null);
    });

    it('one that is gone is fetched again when it is asked for', async () => {
      await open();
      await get('a', LARGE);
      await (await folderOf(chatId)).removeEntry((await keyOf('a'))!);
      expect((await larder.media.get(chatId, 'a')).size).to.equal(LARGE);
      expect(server.downloads()).to.deep.equal(['a 0', 'a 0']);
      await expectSound(larder);
    });

    it('one that is gone is no longer said to be there after the next start', async () => {
      await open();
      await get('a', LARGE);
      await (await folderOf(chatId)).removeEntry((await keyOf('a'))!);
      await open();
      await larder.sync();
      expect(await storedNames(larder)).to.deep.equal([]);
      expect((await larder.stats()).mediaSize).to.equal(0);
      await expectSound(larder);
    });

    it('one that belongs to nothing goes at the next start', async () => {
      await open();
      await get('a', LARGE);
      await (await folderOf(chatId)).getFileHandle(`f-${'0'.repeat(32)}`, { create: true });
      expect((await larder.verify()).problems).to.deep.equal([
        { code: 'file_without_media', requestId: chatId, key: `f-${'0'.repeat(32)}` },
      ]);
      await open();
      await larder.sync();
      await until(async () => (await filesOf(larder.databaseName))!.length === 1);
      expect((await larder.media.get(chatId, 'a')).size).to.equal(LARGE);
      await expectSound(larder);
    });

    it('a page that goes between file and row leaves neither', async () => {
      const remote = new Remote(server);
      await open({ transport: remote.config });
      await larder.sync();
      await remote.arm({ how: 'throw', name: 'UnknownError', store: 'media_meta', times: 1e9, after: 1 });
      await server.put(0, 'a', noise(LARGE));
      larder.media.get(chatId, 'a').catch(() => {});
      await until(async () => (await filesOf(larder.databaseName))?.length);
      await larder.close();
      expect(await storedNames(larder)).to.deep.equal([]);
      await open();
      await larder.sync();
      await until(async () => !(await filesOf(larder.databaseName))!.length);
      expect((await larder.media.get(chatId, 'a')).size).to.equal(LARGE);
      await expectSound(larder);
      remote.close();
    });

    it('a transaction that fails keeps the file for the next try', async () => {
      const remote = new Remote(server);
      await open({ transport: remote.config });
      await larder.sync();
      await server.put(0, 'a', noise(LARGE));
      await remote.arm({ how: 'abort', store: 'media_meta', after: 1 });
      expect((await larder.media.get(chatId, 'a')).size).to.equal(LARGE);
      expect(await remote.hits()).to.equal(1);
      await expectSound(larder);
      await open();
      await larder.sync();
      expect((await larder.media.get(chatId, 'a')).size).to.equal(LARGE);
      await expectSound(larder);
      remote.close();
    });
  });

  describe('verify and repair', () => {
    it('find and mend what is damaged, missing, or belongs to nothing', async () => {
      await open();
      for (const name of ['short', 'changed', 'missing', 'sound']) await get(name, SMALL);
      const keys = Object.fromEntries(
        await Promise.all(['short', 'changed', 'missing'].map(async (name) => [name, await keyOf(name)])),
      ) as Record<string, string>;
      await changeBytes(keys['short']!, (bytes) => bytes.slice(1));
      await changeBytes(keys['changed']!, (bytes) => bytes.map((byte, i) => (i ? byte : byte ^ 1)));
      await deleteBlob(keys['missing']!);
      const orphan = { key: `b-${'0'.repeat(32)}`, data: new ArrayBuffer(3), size: 3, lastAccessedAt: 0 };
      await putRows(larder.databaseName, 'media_blobs', [orphan]);
      const { problems, media, blobs } = await larder.verify();
      expect({ media, blobs }).to.deep.equal({ media: 4, blobs: 4 });
      const found = problems.map(({ code, id, key }) => [code, id?.slice(37) ?? key]);
      expect(found).to.have.deep.members([
        ['media_size', 'short'],
        ['media_hash', 'changed'],
        ['media_without_blob', 'missing'],
        ['blob_without_media', orphan.key],
      ]);
      const report = await larder.repair();
      expect(report).to.include({ removed: 1, refetched: 3 });
      expect(report.problems).to.have.lengthOf(4);
      for (const name of ['short', 'changed', 'missing']) {
        await untilMedia(larder, name, 'completed');
        expect((await larder.media.get(chatId, name)).size).to.equal(SMALL);
      }
      await expectSound(larder);
      expect(await larder.repair()).to.deep.equal({ removed: 0, refetched: 0, problems: [] });
    });

    it('count anew what was counted wrong', async () => {
      await open();
      await larder.sync();
      await get('a', SMALL);
      await larder.close();
      await changeRow(larder.databaseName, 'cache_stats', 'stats', { mediaSize: 7, mediaCount: 9 });
      await open();
      const { problems } = await larder.verify();
      expect(problems.map(({ code, path }) => [code, path])).to.deep.include(['wrong_stats', 'mediaSize']);
      await larder.repair();
      await expectSound(larder);
      expect(await larder.stats()).to.include({ mediaSize: SMALL, mediaCount: 1 });
    });

    async function changeBytes(key: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
      const db = await openRaw(larder.databaseName);
      const row = (await requestDone(db.transaction('media_blobs').objectStore('media_blobs').get(key))) as {
        data: Blob | ArrayBuffer;
      };
      db.close();
      const bytes = new Uint8Array(row.data instanceof Blob ? await row.data.arrayBuffer() : row.data);
      await putRows(larder.databaseName, 'media_blobs', [{ ...row, data: change(bytes).slice().buffer }]);
    }
  });
});
