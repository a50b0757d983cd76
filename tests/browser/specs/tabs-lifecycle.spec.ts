/** A page that is put away or frozen, and comes back: others go on without it, and it goes on with them. */
import { expect } from 'chai';
import type { Larder, MessagePage } from 'chatlarder';
import { FakeServer, uuid } from './support/fake-server.js';
import { freshUser, Larders, until } from './support/larder.js';
import { sentTo, textsOf, untilDrained } from './support/outbox.js';
import { Frame, Overheard } from './support/tabs.js';

const chatId = uuid(1, 0);

describe('tabs and their lives', () => {
  const larders = new Larders();
  const overheard = new Overheard();
  let userId: string;
  let server: FakeServer;
  let frame: Frame;
  /** In a page of its own, and leads. */
  let first: Larder;
  let second: Larder;

  beforeEach(async function () {
    if (!('locks' in navigator)) this.skip();
    userId = freshUser();
    server = new FakeServer(2, 20);
    frame = await Frame.open();
    first = await frame.openLarder({ userId, transport: server });
    await first.sync();
    await first.chat(chatId).sync();
    second = await larders.open({ userId, transport: server });
    await second.chat(chatId).sync();
    overheard.listen(second.databaseName);
  });
  afterEach(async () => {
    overheard.close();
    await first.close();
    frame.remove();
    await larders.destroyAll();
  });

  function send(larder: Larder, content: string): Promise<unknown> {
    return larder.chat(chatId).send({ content });
  }

  /** Who said last that it leads. */
  function leader(): string | undefined {
    return overheard.said.findLast(({ kind, generation }) => kind === 'leads' && generation)?.from;
  }

  const waysToGo: [string, () => void, () => void][] = [
    ['put away', () => frame.turn('pagehide', true), () => frame.turn('pageshow', true)],
    [
      'frozen',
      () => frame.window.document.dispatchEvent(new Event('freeze')),
      () => frame.window.document.dispatchEvent(new Event('resume')),
    ],
  ];
  for (const [name, go, comeBack] of waysToGo) {
    it(`one that leads and is ${name} leaves that to another, and is one of them afterwards`, async () => {
      const pages: MessagePage[] = [];
      first.chat(chatId).watch({}, (page) => pages.push(page));
      await until(() => pages.length > 0);
      go();
      await until(() => overheard.kinds().includes('left'));
      const left = overheard.said.find(({ kind }) => kind === 'left')!.from;
      await send(second, 'meanwhile');
      await until(() => leader() !== undefined && leader() !== left);
      await untilDrained(second);
      const waiting = send(first, 'written while away');
      const before = pages.length;
      comeBack();
      await until(() => pages.length > before);
      await waiting;
      await untilDrained(first);
      expect(leader()).to.not.equal(left);
      expect(sentTo(server, 0)).to.deep.equal(['meanwhile', 'written while away']);
      expect((await textsOf(first, 0)).slice(-2)).to.deep.equal(['meanwhile', 'written while away']);
    });
  }

  it('one that is back opens storage again', async () => {
    frame.turn('pagehide', true);
    await until(() => overheard.kinds().includes('left'));
    const { prototype } = frame.window.IDBDatabase;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its database
    const close = prototype.close;
    let closed = 0;
    prototype.close = function () {
      closed += 1;
      close.call(this);
    };
    frame.turn('pageshow', true);
    await until(() => closed === 1);
    expect(await textsOf(first, 0)).to.have.lengthOf(20);
  });

  it('what a page has open is followed again when it is back', async () => {
    second.chat(chatId).watch({}, () => {});
    first.chat(uuid(1, 1)).watch({}, () => {});
    frame.turn('pagehide', true);
    await send(second, 'leads now');
    frame.turn('pageshow', true);
    await send(first, 'through the second');
    server.post(1, 1);
    await until(async () => {
      const { messages } = await first.chat(uuid(1, 1)).messages();
      return messages.at(-1)?.sequenceNumber === 21;
    });
  });

  it('one that goes for good leaves in order', async () => {
    frame.turn('pagehide', false);
    await until(() => overheard.kinds().includes('left'));
    await send(second, 'goes on');
    await untilDrained(second);
  });
});
