/** Tabs of one user share what is stored; what can't be stored each of them gets for itself. */
import { expect } from 'chai';
import type { Larder, LarderOptions } from 'chatlarder';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import { bytesOf, chatId, expectSound, listen, storedNames, untilMedia } from './support/media.js';
import { MediaServer, noise } from './support/media-server.js';

describe('media and tabs', () => {
  const larders = new Larders();
  const channels: BroadcastChannel[] = [];
  let userId: string;
  let server: MediaServer;
  let first: Larder;
  let second: Larder;

  beforeEach(() => {
    userId = freshUser();
    server = new MediaServer(2, 3);
  });
  afterEach(async () => {
    server.release();
    for (const channel of channels.splice(0)) channel.close();
    await larders.destroyAll();
  });

  async function start(options: Partial<LarderOptions> = {}): Promise<void> {
    const all = { userId, transport: server, media: { thumbnails: false }, ...options } as const;
    first = await larders.open(all);
    await first.sync();
    second = await larders.open(all);
  }

  /** Everything that is said on the channels of the tabs from now on. */
  function overhear(): unknown[] {
    const heard: unknown[] = [];
    const name = `chatlarder:${first.databaseName}`;
    for (const each of [name, `${name}:commands`]) {
      const channel = new BroadcastChannel(each);
      channel.onmessage = ({ data }) => heard.push(data);
      channels.push(channel);
    }
    return heard;
  }

  it('one that does not lead gets a file through the one that does, from disk', async () => {
    await start();
    const bytes = noise(6000);
    await server.put(0, 'a', bytes);
    const heard = overhear();
    const told: number[] = [];
    const blobs = await Promise.all([
      second.media.get(chatId, 'a', { onProgress: (percent) => told.push(percent) }),
      first.media.get(chatId, 'a'),
    ]);
    for (const blob of blobs) expect(await bytesOf(blob)).to.deep.equal(bytes);
    expect(server.downloads()).to.deep.equal(['a 0']);
    expect(told).to.include.members([0, 50, 100]);
    expect(heard.length).to.be.greaterThan(0);
    expect(heard.some(hasBytes)).to.equal(false);
    await expectSound(second);
  });

  it('both hear of what becomes of it', async () => {
    await start();
    await server.put(0, 'a', noise(6000));
    const [heard, too] = [listen(first), listen(second)];
    await second.media.get(chatId, 'a');
    for (const each of [heard, too]) {
      await until(() => each.some(({ status }) => status === 'completed'));
      expect(each.map(({ progress }) => progress)).to.include(50);
    }
  });

  it('what can not be kept goes by no channel: the tab gets it itself', async () => {
    await start({ limits: { bytes: 100_000, itemBytes: 10_000 } });
    const bytes = noise(12_000);
    await server.put(0, 'large', bytes);
    const heard = overhear();
    expect(await bytesOf(await second.media.get(chatId, 'large'))).to.deep.equal(bytes);
    expect(server.downloads()).to.deep.equal(['large 0', 'large 0']);
    expect(heard.some(hasBytes)).to.equal(false);
    expect(await storedNames(second)).to.deep.equal([]);
    expect(await bytesOf(await second.media.get(chatId, 'large'))).to.deep.equal(bytes);
    await server.put(0, 'small', noise(100));
    expect((await second.media.get(chatId, 'small')).size).to.equal(100);
    expect(await storedNames(second)).to.deep.equal(['small']);
    await expectSound(second);
  });

  it('what is used in either counts', async () => {
    await start();
    await server.put(0, 'a', noise(100));
    await first.media.get(chatId, 'a');
    await second.media.get(chatId, 'a');
    await second.media.get(chatId, 'a');
    await until(async () => (await first.stats()).cacheHits === 2);
  });

  it('what is asked of files, and limits, work from either', async () => {
    await start();
    for (const name of ['a', 'b']) await server.put(0, name, noise(20_000, name.charCodeAt(0)));
    await second.media.prefetch(chatId, ['a', 'b']);
    for (const name of ['a', 'b']) await untilMedia(first, name, 'completed');
    await second.media.pin(chatId, 'a');
    await second.media.setPriority(chatId, 'b', 'high');
    expect(await second.media.meta(chatId, 'b')).to.include({ priority: 'high' });
    await second.setLimits({ bytes: 30_000 });
    expect(await storedNames(first)).to.deep.equal(['a']);
    await second.media.delete(chatId);
    expect(await storedNames(first)).to.deep.equal([]);
    expect((await second.repair()).problems).to.deep.equal([]);
  });

  it('one that gives up breaks off the download in the other', async () => {
    await start();
    await server.put(0, 'a', noise(4000), { stallAfter: 1000 });
    const abort = new AbortController();
    const mine = second.media.get(chatId, 'a', { signal: abort.signal });
    await until(() => server.begun.length === 1);
    abort.abort();
    expect((await rejection(mine)).code).to.equal('aborted');
    await until(() => server.aborted > 0);
  });

  it('when the one that leads closes, the other gets what it waits for, with its limits', async () => {
    await start({ limits: { bytes: 100_000, itemBytes: 30_000 } });
    const bytes = noise(20_000);
    await server.put(0, 'a', bytes, { stallAfter: 1000 });
    const blob = second.media.get(chatId, 'a');
    await until(() => server.begun.length === 1);
    await second.setLimits({ itemBytes: 10_000 });
    await first.close();
    server.release();
    expect(await bytesOf(await blob)).to.deep.equal(bytes);
    expect(await storedNames(second)).to.deep.equal([]);
    await expectSound(second);
  });
});

/** Whether anything in it could be content of a file. */
function hasBytes(value: unknown): boolean {
  if (value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasBytes);
}
