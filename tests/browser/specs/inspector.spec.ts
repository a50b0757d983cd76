/** The inspector: what it shows of a larder, what can be done from it, the tap, and the file for a report. */
import { expect } from 'chai';
import type { Larder } from 'chatlarder';
import { inspect, type ChatlarderInspector, type Report } from 'chatlarder/inspector';
import { uuid } from './support/fake-server.js';
import { freshUser, Larders, until } from './support/larder.js';
import { MediaServer, noise } from './support/media-server.js';
import { goOffline, goOnline, untilStatus } from './support/outbox.js';

const chatId = uuid(1, 0);
const gapId = uuid(1, 2);

describe('inspector', () => {
  const larders = new Larders();
  let userId: string;
  let server: MediaServer;
  let larder: Larder;
  let inspector: ChatlarderInspector;

  beforeEach(async () => {
    userId = freshUser();
    server = new MediaServer(2, 20);
    server.addChat(2, 300);
    larder = await larders.open({ userId, transport: server, media: { thumbnails: false } });
    await larder.sync();
    await larder.chat(chatId).sync();
  });
  afterEach(async () => {
    inspector?.remove();
    server.release();
    await larders.destroyAll();
  });

  function show(of = larder): ChatlarderInspector {
    inspector = inspect(of);
    inspector.toggleAttribute('open', true);
    return inspector;
  }

  const all = (selector: string) => [...inspector.shadowRoot!.querySelectorAll<HTMLElement>(selector)];
  const texts = (selector: string) => all(selector).map((element) => element.textContent ?? '');

  /** Waits for an element that has a text. */
  function untilThere(selector: string, text = ''): Promise<HTMLElement> {
    return until(() => all(selector).find((element) => element.textContent?.includes(text)));
  }

  async function choose(view: string): Promise<void> {
    await untilThere('dl');
    (await untilThere(`[data-view=${view}]`)).click();
  }

  it('shows each store with its rows and bytes, and again after a change', async () => {
    show();
    await until(() => all('.stores tbody tr').length === 7);
    const rowOf = (store: string) =>
      all('.stores tbody tr')
        .map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? ''))
        .find(([name]) => name === store)!;
    expect(rowOf('chat_meta')[1]).to.equal('3');
    expect(rowOf('message_blocks')[1]).not.to.equal('0');
    expect(rowOf('message_blocks')[2]).to.match(/kB/);
    expect(rowOf('offline_queue').slice(1, 3)).to.deep.equal(['0', '0 B']);
    await goOffline(larder);
    await larder.chat(chatId).send({ content: 'later' });
    await until(() => rowOf('offline_queue')[1] === '1');
    await untilThere('.handle', '1 to be sent');
  });

  it('draws each chat, its gaps and blocks, and fills a gap', async () => {
    const chat = larder.chat(gapId);
    await chat.sync();
    await chat.fill({ startSeq: 80, endSeq: 100, detectedAt: 0 });
    // Holes would be repaired when there is nothing else to do.
    server.refuse = (method) => {
      if (method === 'fetchMessages') throw new Error('no network');
    };
    show();
    await choose('chats');
    (await untilThere(`[data-key="chat ${gapId}"]`)).click();
    await untilThere('.details .layers rect.block');
    const gap = await untilThere('.details .strip rect.gap, .details .layers rect.gap');
    expect(gap.querySelector('title')!.textContent).to.match(/gap: missing/);
    expect(texts('.legend li')).to.include('gap: missing');
    server.refuse = null;
    for (;;) {
      const fill = all('.gaps li').find((line) => !line.textContent.startsWith('1 '));
      if (!fill) break;
      const { textContent } = fill;
      fill.querySelector('button')!.click();
      await until(() => !texts('.gaps li').includes(textContent));
    }
    await until(() => !all('.details rect.gap').length);
  });

  it('retries and cancels what waits, and says why it can’t', async () => {
    server.refuse = (method) => {
      if (method === 'sendMessage') throw Object.assign(new Error('no more'), { status: 422 });
    };
    const { id } = await larder.chat(chatId).send({ content: 'refused' });
    await untilStatus(larder, id, 'failed');
    show();
    await choose('outbox');
    await untilThere('.cards li', 'no more');
    expect(texts('.cards .mark')).to.deep.equal(['failed']);
    server.refuse = null;
    (await untilThere(`[data-key="retry ${id}"]`)).click();
    await untilThere('.nothing', 'Nothing waits');
    await goOffline(larder);
    const other = await larder.chat(chatId).send({ content: 'given up' });
    const cancel = await untilThere(`[data-key="cancel ${other.id}"]`);
    cancel.click();
    await untilThere('.nothing', 'Nothing waits');
    cancel.click();
    await untilThere('.problem', 'operation');
    goOnline();
  });

  it('tells of what is evicted', async () => {
    for (const name of ['a.bin', 'b.bin']) {
      await server.put(0, name, noise(50_000));
      await larder.media.get(chatId, name);
    }
    show();
    await choose('media');
    await untilThere('.files td', 'a.bin');
    await larder.media.evict(1);
    await untilThere('.entries tr', 'evicted');
    expect(texts('.entries tr').find((text) => text.includes('evicted'))).to.match(/a\.bin.*50 kB/);
    await until(() => !texts('.files td').includes('a.bin'));
  });

  it('shows events in and plans out, and nothing is said when it is gone', async () => {
    const said: unknown[] = [];
    const channel = new BroadcastChannel(`chatlarder-inspector:${larder.databaseName}`);
    channel.onmessage = ({ data }) => said.push(data);
    const steps = () => said.filter((message) => 'step' in (message as object)).length;
    await larder.chat(chatId).send({ content: 'before' });
    await until(async () => !(await larder.outbox.list()).length);
    expect(said).to.deep.equal([]);
    show();
    await choose('steps');
    await larder.chat(chatId).send({ content: 'seen by nobody' });
    await untilThere('.steps .event', 'send');
    await untilThere('.steps .event', 'sendMessage → ');
    await untilThere('.steps .chip', 'put offline_queue');
    expect(JSON.stringify(said)).not.to.include('nobody');
    inspector.remove();
    await until(() => (said.at(-1) as { attach?: boolean }).attach === false);
    const before = steps();
    await larder.chat(chatId).send({ content: 'after' });
    await until(async () => !(await larder.outbox.list()).length);
    expect(steps()).to.equal(before);
    channel.close();
  });

  it('shows the steps of a core in another tab', async () => {
    const other = await larders.open({ userId, transport: server });
    show(other);
    await choose('steps');
    await larder.chat(chatId).send({ content: 'from the first' });
    await untilThere('.steps .event', 'send');
  });

  describe('the file for a bug report', () => {
    let report: Report;

    beforeEach(async () => {
      await server.put(0, 'secret-name.txt', noise(100), { mimeType: 'text/plain' });
      await larder.media.get(chatId, 'secret-name.txt');
      await goOffline(larder);
      await larder.chat(chatId).send({ content: 'a secret text', mood: 'secretly' });
      show();
      await untilThere('dl');
    });

    it('has no text and no name in it, but their lengths', async () => {
      report = await inspector.report();
      const text = JSON.stringify(report);
      for (const secret of ['secret', 'message 1', 'Chat 0', 'Ann', 'ann', userId]) {
        expect(text, secret).not.to.include(secret);
      }
      expect(report).to.include({ format: 'chatlarder-inspector', version: 1, contents: false });
      expect(report.stored.outbox[0]).to.include({
        type: 'send_message',
        status: 'pending',
        requestId: chatId,
      });
      expect(report.stored.outbox[0]!.payload['content']).to.match(/^‹text \d+: 13 characters›$/);
      expect(report.stored.media[0]!.id).to.match(new RegExp(`^${chatId}:‹text \\d+: 15 characters›$`));
      expect(report.chats[chatId]!.blocks.length).to.be.greaterThan(0);
      expect(report.problems).to.deep.equal([]);
    });

    it('has them when it is asked to', async () => {
      report = await inspector.report({ contents: true });
      const text = JSON.stringify(report);
      for (const content of ['a secret text', 'secret-name.txt', 'message 1 of chat 0', 'Chat 0', userId]) {
        expect(text, content).to.include(content);
      }
    });

    it('is saved as JSON, as the checkbox says', async () => {
      const saved: { name: string; blob: Blob }[] = [];
      const createObjectURL = URL.createObjectURL.bind(URL);
      const click = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'click')!;
      let made: Blob | null = null;
      URL.createObjectURL = (blob: Blob) => createObjectURL((made = blob));
      HTMLElement.prototype.click = function (this: HTMLElement) {
        if (this instanceof HTMLAnchorElement) saved.push({ name: this.download, blob: made! });
        else (click.value as () => void).call(this);
      };
      try {
        (await untilThere('.save')).click();
        await until(() => saved.length === 1);
        (all('.report input')[0] as HTMLInputElement).checked = true;
        (await untilThere('.save')).click();
        await until(() => saved.length === 2);
      } finally {
        Object.defineProperty(HTMLElement.prototype, 'click', click);
        URL.createObjectURL = createObjectURL;
      }
      const files = await Promise.all(saved.map(async ({ blob }) => JSON.parse(await blob.text()) as Report));
      expect(files.map(({ contents }) => contents)).to.deep.equal([false, true]);
      expect(saved[0]!.name).to.match(/^chatlarder-.*\.json$/);
    });
  });

  it('takes the larder that it was given before it was defined', async () => {
    inspector = document.createElement('chatlarder-inspector');
    Object.defineProperty(inspector, 'larder', { value: larder, configurable: true, writable: true });
    inspector.toggleAttribute('open', true);
    document.body.append(inspector);
    await untilThere('.stores tr', 'chat_meta3');
  });

  it('says that the larder is closed', async () => {
    show();
    await untilThere('dl');
    await larder.close();
    larder.dispatchEvent(
      new CustomEvent('change', { detail: { requestIds: [], chats: false, outbox: false } }),
    );
    await untilThere('.problem', 'closed');
  });

  it('is folded and unfolded, goes and comes again, and shows another larder', async () => {
    show();
    await untilThere('dl');
    (await untilThere('.fold')).click();
    expect(inspector.hasAttribute('open')).to.equal(false);
    (await untilThere('.handle')).click();
    inspector.remove();
    document.body.append(inspector);
    await untilThere('dl');
    const other = await larders.open({ userId: freshUser(), transport: new MediaServer(5, 1) });
    await other.sync();
    expect(inspect(other)).to.equal(inspector);
    await untilThere('.stores tr', 'chat_meta5');
  });
});
