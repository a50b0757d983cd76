/** What a tab has read is in its memory: it is not read again, unless it has changed. */
import { expect } from 'chai';
import type { CachedMessage, Larder } from 'chatlarder';
import { blocksOf, messagesIn, putRows, rowsOf } from './support/database.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { range } from './support/history.js';
import { freshUser, Larders, onlyBlocks, until } from './support/larder.js';

const chatId = uuid(1, 0);
const METHODS = ['get', 'getAll', 'getAllRecords', 'openKeyCursor'] as const;

/** What the larder has in memory; it is no part of the API. */
interface Memory {
  clear(): void;
  learn(): void;
  doubt(): void;
  hear(signals: object[]): void;
  of(requestId: string): { row: object | null };
}

/** Counts what this page asks of IndexedDB: transactions, and requests for blocks. */
class Requests {
  transactions = 0;
  blocks = 0;
  readonly #originals: [object, string, PropertyDescriptor][] = [];

  install(): void {
    const countBlock = (store: IDBObjectStore) => store.name === 'message_blocks' && (this.blocks += 1);
    for (const method of METHODS) this.#watch(IDBObjectStore.prototype, method, countBlock);
    this.#watch(IDBDatabase.prototype, 'transaction', () => (this.transactions += 1));
  }

  #watch<T extends object>(prototype: T, method: string, note: (on: T) => void): void {
    const before = Object.getOwnPropertyDescriptor(prototype, method);
    if (!before) return;
    this.#originals.push([prototype, method, before]);
    const value = function (this: T, ...args: unknown[]): unknown {
      note(this);
      return (before.value as (...args: unknown[]) => unknown).apply(this, args);
    };
    Object.defineProperty(prototype, method, { ...before, value });
  }

  restore(): void {
    for (const [prototype, method, before] of this.#originals.splice(0))
      Object.defineProperty(prototype, method, before);
    this.blocks = this.transactions = 0;
  }
}

/** It comes with the worker. */
function memoryOf(larder: Larder): () => Memory | null {
  return () => (larder as unknown as { recent: Memory | null }).recent;
}

describe('blocks in memory', () => {
  const larders = new Larders();
  const requests = new Requests();
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

  /** The newest page, from when on nothing more is said of the chat. */
  async function pageOnceKnown() {
    let page = await larder.chat(chatId).messages({ limit: 50 });
    await until(async () => {
      const asked = requests.transactions;
      page = await larder.chat(chatId).messages({ limit: 50 });
      return requests.transactions === asked;
    });
    return page;
  }

  /** As when a tab has committed a change, and what it says of it is on its way. */
  async function changeUnheard(): Promise<void> {
    const name = larder.databaseName;
    const [chat] = await rowsOf(name, 'chat_meta');
    const newest = (await blocksOf(name, chatId)).at(-1)!;
    const messages = messagesIn(newest);
    messages.at(-1)!['content'] = 'changed without a word';
    const data = new TextEncoder().encode(JSON.stringify(messages));
    const changes = Number(chat!['blockChanges']) + 1;
    await putRows(name, 'chat_meta', [{ ...chat, blockChanges: changes, unreadCount: 77 }]);
    await putRows(name, 'message_blocks', [
      { ...newest, data: data.buffer, bytes: data.byteLength, changes },
    ]);
  }

  const numbersOf = (messages: CachedMessage[]) => messages.map(({ sequenceNumber }) => sequenceNumber);

  it('the newest page is read once', async () => {
    const first = await read();
    const asked = requests.blocks;
    expect(await read()).to.deep.equal(first);
    expect(requests.blocks).to.equal(asked);
    expect(numbersOf(first)).to.deep.equal(range(151, 200));
  });

  it('nothing is asked of storage for it as long as no tab says that the chat has changed', async () => {
    const first = await pageOnceKnown();
    const asked = requests.transactions;
    expect(await larder.chat(chatId).messages({ limit: 50 })).to.deep.equal(first);
    expect(requests.transactions).to.equal(asked);
    await larder.chat(chatId).markRead(200);
    expect((await larder.chat(chatId).messages({ limit: 50 })).chat!.lastReadSequence).to.equal(200);
    expect(requests.transactions).to.be.greaterThan(asked);
  });

  it('a page that is not in memory as a whole is read from storage', async () => {
    await pageOnceKnown();
    const messages = await larder.chat(chatId).messages({ limit: 180 });
    expect(numbersOf(messages.messages)).to.deep.equal(range(21, 200));
  });

  it('with the chat’s row in memory the newest block alone is read unless it was written later', async () => {
    const other = await larders.open({ userId, transport: server });
    const memory = memoryOf(other);
    await other.chats();
    await until(() => memory()?.of(chatId).row);
    const asked = requests.transactions;
    expect(numbersOf(await read(undefined, other))).to.deep.equal(range(151, 200));
    expect(requests.transactions).to.equal(asked + 1);
    memory()!.clear();
    memory()!.learn();
    await until(() => memory()!.of(chatId).row);
    await changeUnheard();
    const { messages, chat } = await other.chat(chatId).messages({ limit: 50 });
    expect([messages.at(-1)!.content, chat!.unreadCount]).to.deep.equal(['changed without a word', 77]);
  });

  it('what is heard while a page is read may be newer than the page', async () => {
    await pageOnceKnown();
    const memory = memoryOf(larder)()!;
    memory.doubt();
    const reading = read();
    memory.hear([{ type: 'chat', requestId: uuid(1, 1), written: true }]);
    await reading;
    expect(memory.of(chatId).row).to.equal(null);
    await read();
    expect(memory.of(chatId).row).to.include({ requestId: chatId });
  });

  it('a large block is read once for all pages in it', async () => {
    expect(numbersOf(await read(151))).to.deep.equal(range(101, 150));
    const asked = requests.blocks;
    expect(asked).to.be.greaterThan(0);
    expect(numbersOf(await read(101))).to.deep.equal(range(51, 100));
    expect(numbersOf(await read(51))).to.deep.equal(range(1, 50));
    expect(numbersOf(await read(120))).to.deep.equal(range(70, 119));
    expect(requests.blocks).to.equal(asked);
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
    await until(async () => (await read(undefined, other))[19]!.content === 'another text');
  });

  it('where the newest block begins may have moved', async () => {
    server.post(0, 60);
    await larder.chat(chatId).sync();
    await until(async () => (await read()).at(-1)!.sequenceNumber === 260);
    expect(numbersOf(await read())).to.deep.equal(range(211, 260));
  });
});
