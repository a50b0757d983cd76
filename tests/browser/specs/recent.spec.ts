/** Blocks in the tab's memory: what was read is not read again, unless it has changed. */
import { expect } from 'chai';
import type { CachedMessage, Larder } from 'chatlarder';
import { FakeServer, uuid } from './support/fake-server.js';
import { range } from './support/history.js';
import { freshUser, Larders, onlyBlocks, until } from './support/larder.js';

const chatId = uuid(1, 0);
const METHODS = ['get', 'getAll', 'getAllRecords', 'openKeyCursor'] as const;

/** Counts the requests for blocks that this page makes. */
class BlockRequests {
  count = 0;
  readonly #originals = new Map<string, PropertyDescriptor>();

  install(): void {
    for (const method of METHODS) {
      const before = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, method);
      if (!before) continue;
      this.#originals.set(method, before);
      const note = (store: IDBObjectStore) => store.name === 'message_blocks' && (this.count += 1);
      const value = function (this: IDBObjectStore, ...args: unknown[]): unknown {
        note(this);
        return (before.value as (...args: unknown[]) => unknown).apply(this, args);
      };
      Object.defineProperty(IDBObjectStore.prototype, method, { ...before, value });
    }
  }

  restore(): void {
    for (const [method, before] of this.#originals)
      Object.defineProperty(IDBObjectStore.prototype, method, before);
    this.#originals.clear();
    this.count = 0;
  }
}

describe('blocks in memory', () => {
  const larders = new Larders();
  const requests = new BlockRequests();
  let server: FakeServer;
  let larder: Larder;
  let userId: string;

  beforeEach(async function () {
    onlyBlocks(this);
    server = new FakeServer(1, 0);
    server.post(0, 200, { attachment: 'y'.repeat(200) });
    userId = freshUser();
    larder = await larders.open({ userId, transport: server });
    await larder.chat(chatId).sync();
    const { gaps } = await larder.chat(chatId).messages({ limit: 200 });
    await larder.chat(chatId).fill(gaps[0]!);
    requests.install();
  });
  afterEach(async () => {
    requests.restore();
    await larders.destroyAll();
  });

  async function read(before?: number, of = larder): Promise<CachedMessage[]> {
    const options = before === undefined ? { limit: 50 } : { limit: 50, before };
    return (await of.chat(chatId).messages(options)).messages;
  }

  const numbersOf = (messages: CachedMessage[]) => messages.map(({ sequenceNumber }) => sequenceNumber);

  it('the newest page is read once', async () => {
    const first = await read();
    const asked = requests.count;
    expect(await read()).to.deep.equal(first);
    expect(requests.count).to.equal(asked);
    expect(numbersOf(first)).to.deep.equal(range(151, 200));
  });

  it('a large block is read once for all pages in it', async () => {
    expect(numbersOf(await read(151))).to.deep.equal(range(101, 150));
    const asked = requests.count;
    expect(asked).to.be.greaterThan(0);
    expect(numbersOf(await read(101))).to.deep.equal(range(51, 100));
    expect(numbersOf(await read(51))).to.deep.equal(range(1, 50));
    expect(numbersOf(await read(120))).to.deep.equal(range(70, 119));
    expect(requests.count).to.equal(asked);
  });

  it('new messages are seen by the read after they are stored', async () => {
    await read();
    server.post(0, 3);
    await larder.chat(chatId).sync();
    expect(numbersOf(await read())).to.deep.equal(range(154, 203));
  });

  it('an edit and a deletion are seen by the read after they are stored', async () => {
    await read();
    await read(151);
    server.edit(0, 20, { content: 'another text' });
    server.remove(0, 21);
    await larder.chat(chatId).sync();
    const messages = await read(51);
    expect(numbersOf(messages)).to.deep.equal([...range(1, 20), ...range(22, 50)]);
    expect(messages[19]!.content).to.equal('another text');
  });

  it('what another tab has stored is seen', async () => {
    const other = await larders.open({ userId, transport: server });
    await other.chat(chatId).sync();
    expect(numbersOf(await read(undefined, other))).to.deep.equal(range(151, 200));
    server.edit(0, 170, { content: 'another text' });
    await larder.chat(chatId).sync();
    const messages = await read(undefined, other);
    expect(messages[19]!.content).to.equal('another text');
  });

  it('where the newest block begins may have moved', async () => {
    server.post(0, 60);
    await larder.chat(chatId).sync();
    await until(async () => (await read()).at(-1)!.sequenceNumber === 260);
    expect(numbersOf(await read())).to.deep.equal(range(211, 260));
  });
});
