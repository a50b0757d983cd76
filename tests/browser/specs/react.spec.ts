/** The hooks, with React in strict mode: what is shown, what is let go of, and errors as values. */
import { expect } from 'chai';
import type { CachedMessage, Larder } from 'chatlarder';
import {
  LarderProvider,
  useChats,
  useConnection,
  useLarder,
  useMedia,
  useMessages,
  useOutbox,
} from 'chatlarder/react';
import { createElement } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { uuid } from './support/fake-server.js';
import { freshUser, Larders, until } from './support/larder.js';
import { MediaServer, noise } from './support/media-server.js';
import { goOffline, goOnline } from './support/outbox.js';
import { Mounted, strictly } from './support/react.js';

const chatId = uuid(1, 0);

describe('react', () => {
  const larders = new Larders();
  let server: MediaServer;
  let larder: Larder;
  let mounted: Mounted<never, unknown>[] = [];
  let told: string[];

  beforeEach(async () => {
    server = new MediaServer(3, 20);
    larder = await larders.open({ userId: freshUser(), transport: server, media: { thumbnails: false } });
    await larder.sync();
    await larder.chat(chatId).sync();
    told = spyOnViews(larder);
  });
  afterEach(async () => {
    for (const each of mounted) each.unmount();
    mounted = [];
    server.release();
    await larders.destroyAll();
  });

  function mount<P, T>(
    hook: (props: P) => T,
    props: NoInfer<P>,
    within: Larder | null = larder,
  ): Mounted<P, T> {
    const shown = new Mounted(within, hook, props);
    mounted.push(shown as unknown as Mounted<never, unknown>);
    return shown;
  }

  /** Waits until what is shown passes a check, and gives it. */
  function untilShown<P, T>(shown: Mounted<P, T>, check: (last: T) => unknown): Promise<T> {
    return until(() => (shown.last && check(shown.last) ? shown.last : null));
  }

  const textsOf = (messages: CachedMessage[] | null) => messages?.map(({ content }) => content) ?? [];

  describe('useMessages', () => {
    const useShown = ({ requestId, limit }: { requestId: string | null; limit?: number }) =>
      useMessages(requestId, limit === undefined ? {} : { limit });

    it('shows a chat from disk, and what is sent', async () => {
      const shown = mount(useShown, { requestId: chatId, limit: 5 });
      expect(shown.seen[0] ?? { messages: null }).to.deep.include({ messages: null });
      const first = await untilShown(shown, ({ messages }) => messages?.length === 5);
      expect(first.error).to.equal(null);
      expect(first.chat).to.include({ requestId: chatId });
      await larder.chat(chatId).send({ content: 'from here' });
      await untilShown(shown, ({ messages }) => textsOf(messages).at(-1) === 'from here');
      await untilShown(shown, ({ messages }) => messages?.at(-1)?.status === 'sent');
    });

    it('opens the chat twice in strict mode, and closes it as often', async () => {
      const shown = mount(useShown, { requestId: chatId });
      await untilShown(shown, ({ messages }) => messages);
      expect(told).to.deep.equal(['open', 'close', 'open']);
      shown.unmount();
      await until(() => told.length === 4);
      expect(told.at(-1)).to.equal('close');
      const reads = spyOnReads(larder);
      const changed = new Promise((resolve) => larder.addEventListener('change', resolve, { once: true }));
      server.post(0, 1);
      await larder.chat(chatId).sync();
      await changed;
      expect(reads()).to.equal(0);
    });

    it('shows another chat at once as unread, and nothing of the one before', async () => {
      await larder.chat(uuid(1, 1)).sync();
      const shown = mount(useShown, { requestId: chatId });
      await untilShown(shown, ({ messages }) => messages?.length === 20);
      const before = shown.seen.length;
      shown.show({ requestId: uuid(1, 1) });
      await untilShown(shown, ({ messages }) => messages?.[0]?.requestId === uuid(1, 1));
      const since = shown.seen.slice(before);
      expect(since[0]).to.include({ messages: null });
      const chats = since.flatMap(({ messages }) => messages ?? []).map(({ requestId }) => requestId);
      expect([...new Set(chats)]).to.deep.equal([uuid(1, 1)]);
      shown.show({ requestId: null });
      await untilShown(shown, ({ messages }) => messages === null);
      await until(() => told.filter((type) => type === 'open').length === told.length / 2);
    });

    it('keeps what it shows while more is read', async () => {
      const shown = mount(useShown, { requestId: chatId, limit: 5 });
      await untilShown(shown, ({ messages }) => messages?.length === 5);
      const before = shown.seen.length;
      shown.show({ requestId: chatId, limit: 15 });
      await untilShown(shown, ({ messages }) => messages?.length === 15);
      expect(shown.seen.slice(before).every(({ messages }) => messages)).to.equal(true);
    });

    it('gives the same objects as long as nothing changes', async () => {
      const shown = mount(useShown, { requestId: chatId });
      await untilShown(shown, ({ messages }) => messages);
      const before = shown.seen.length;
      shown.show({ requestId: chatId });
      await until(() => {
        const [last, other] = shown.seen.slice(before).reverse();
        return other && last?.messages === other.messages && last.gaps === other.gaps;
      });
    });

    it('says what is wrong with an argument', async () => {
      const shown = mount(useShown, { requestId: 'no UUID' });
      const { error, messages } = await untilShown(shown, (last) => last.error);
      expect(error).to.include({ code: 'argument', path: 'requestId' });
      expect(messages).to.equal(null);
      shown.show({ requestId: chatId });
      await untilShown(shown, (last) => last.messages && !last.error);
    });

    it('says that it can’t be read, and reads again after the next change', async () => {
      const shown = mount(useShown, { requestId: chatId });
      await untilShown(shown, ({ messages }) => messages);
      const mend = breakReading(larder);
      server.post(0, 1);
      const { error, messages } = await untilShown(shown, (last) => last.error);
      expect(error).to.include({ name: 'StorageError', code: 'storage' });
      expect(messages).to.have.lengthOf(20);
      mend();
      server.post(0, 1);
      await untilShown(shown, (last) => !last.error && last.messages?.length === 22);
    });

    it('says that the larder is closed', async () => {
      await larder.close();
      const shown = mount(useShown, { requestId: chatId });
      expect((await untilShown(shown, (last) => last.error)).error).to.include({ code: 'closed' });
    });

    it('hears of an error that is not its own, and shows none', async () => {
      const shown = mount(useShown, { requestId: chatId });
      await untilShown(shown, ({ messages }) => messages);
      const reads = spyOnReads(larder);
      const detail = Object.assign(new Error('elsewhere'), { name: 'StorageError', code: 'storage' });
      larder.dispatchEvent(new CustomEvent('error', { detail }));
      await until(() => reads() === 1);
      await larder.chats();
      expect(shown.last!.error).to.equal(null);
      larders.errors.length = 0;
    });
  });

  describe('useChats', () => {
    it('shows the list and its changes, with other limits too', async () => {
      const shown = mount(useChats, { limit: 2 });
      await untilShown(shown, ({ chats }) => chats?.length === 2);
      shown.show({ limit: 3 });
      await untilShown(shown, ({ chats }) => chats?.length === 3);
      server.read(2, 20, 0);
      await untilShown(shown, ({ chats }) =>
        chats?.some(({ requestId, unreadCount }) => requestId === uuid(1, 2) && unreadCount === 0),
      );
    });

    it('begins when the larder is there', async () => {
      const shown = mount(useChats, {}, null);
      await until(() => shown.last);
      expect(shown.last).to.deep.equal({ chats: null, error: null });
      shown.give(larder);
      await untilShown(shown, ({ chats }) => chats?.length === 3);
      shown.give(null);
      await untilShown(shown, ({ chats }) => chats === null);
    });
  });

  it('useOutbox shows what waits, and that it went', async () => {
    await goOffline(larder);
    const shown = mount(useOutbox, undefined);
    await untilShown(shown, ({ operations }) => operations?.length === 0);
    const { id } = await larder.chat(chatId).send({ content: 'later' });
    const { operations } = await untilShown(shown, (last) => last.operations?.length === 1);
    expect(operations![0]).to.include({ id, status: 'pending' });
    goOnline();
    await untilShown(shown, (last) => last.operations?.length === 0);
  });

  it('useConnection follows the larder', async () => {
    const shown = mount(useConnection, undefined);
    await untilShown(shown, (state) => state === 'online');
    await goOffline(larder);
    await untilShown(shown, (state) => state === 'offline');
    goOnline();
    await untilShown(shown, (state) => state === 'online');
  });

  describe('useMedia', () => {
    const useShown = ({ filename }: { filename: string | null }) => useMedia(chatId, filename);
    let urls: ReturnType<typeof spyOnUrls>;

    beforeEach(() => (urls = spyOnUrls()));
    afterEach(() => urls.restore());

    it('shows a file, and gives its address back when another is asked for and when it goes', async () => {
      await server.put(0, 'a.png', noise(5000));
      await server.put(0, 'b.txt', noise(100), { mimeType: 'text/plain' });
      const shown = mount(useShown, { filename: 'a.png' });
      const first = await untilShown(shown, ({ url }) => url);
      expect(first).to.include({ inline: true, mimeType: 'image/png', filename: 'a.png', error: null });
      expect((await (await fetch(first.url!)).blob()).size).to.equal(5000);
      shown.show({ filename: 'b.txt' });
      const second = await untilShown(shown, ({ url }) => url && url !== first.url);
      expect(second).to.include({ inline: false, mimeType: 'application/octet-stream' });
      expect(urls.open()).to.deep.equal([second.url]);
      shown.show({ filename: null });
      await untilShown(shown, ({ url }) => url === null);
      await until(() => urls.open().length === 0);
      shown.show({ filename: 'a.png' });
      await untilShown(shown, ({ url }) => url);
      shown.unmount();
      await until(() => urls.open().length === 0);
    });

    it('never shows an address that was given back', async () => {
      await server.put(0, 'a.png', noise(5000));
      await server.put(0, 'b.png', noise(5000));
      const shown = mount(useShown, { filename: 'a.png' });
      for (const filename of ['b.png', 'a.png', 'b.png', 'a.png', 'b.png']) {
        const before = shown.seen.length;
        shown.show({ filename });
        await untilShown(shown, ({ url }) => url && shown.seen.length > before);
      }
      await untilShown(shown, ({ url, filename }) => url && filename === 'b.png');
      expect(urls.open()).to.deep.equal([shown.last!.url]);
    });

    it('says how far a download is', async () => {
      await server.put(0, 'slow.bin', noise(200_000), { stallAfter: 100_000 });
      const shown = mount(useShown, { filename: 'slow.bin' });
      await untilShown(shown, ({ progress }) => progress !== null && progress >= 10 && progress < 100);
      server.release();
      const { progress } = await untilShown(shown, ({ url }) => url);
      expect(progress).to.equal(null);
    });

    it('gives a download up that nobody waits for', async () => {
      await server.put(0, 'slow.bin', noise(200_000), { stallAfter: 100_000 });
      const shown = mount(useShown, { filename: 'slow.bin' });
      await untilShown(shown, ({ progress }) => progress !== null);
      shown.unmount();
      await until(
        async () => (await larder.media.meta(chatId, 'slow.bin'))?.downloadStatus !== 'downloading',
      );
      expect(urls.open()).to.deep.equal([]);
    });

    it('says what went wrong, and tries again when it is asked to', async () => {
      server.refuse = (method) => {
        if (method === 'fetchMedia') throw Object.assign(new Error('gone'), { status: 404 });
      };
      const shown = mount(useShown, { filename: 'late.png' });
      const { error, retry } = await untilShown(shown, (last) => last.error);
      expect(error).to.include({ code: 'rejected' });
      server.refuse = null;
      await server.put(0, 'late.png', noise(100));
      retry();
      await untilShown(shown, ({ url, error: left }) => url && !left);
    });
  });

  describe('elsewhere', () => {
    const App = () => {
      const { chats, error } = useChats();
      const { messages } = useMessages(chatId);
      const { operations } = useOutbox();
      const { url } = useMedia(chatId, 'a.png');
      const all = { chats: chats?.length, messages: messages?.length, operations: operations?.length };
      return createElement('p', null, JSON.stringify({ ...all, url, error, connection: useConnection() }));
    };
    const app = (within: Larder | null) =>
      strictly(createElement(LarderProvider, { larder: within }, createElement(App)));

    it('a server renders what is not read yet, and the page takes it over', async () => {
      const html = renderToString(app(null));
      expect(html).to.equal(
        '<p>{&quot;url&quot;:null,&quot;error&quot;:null,&quot;connection&quot;:null}</p>',
      );
      const place = document.createElement('div');
      place.innerHTML = html;
      const problems: unknown[] = [];
      const root = hydrateRoot(place, app(larder), { onRecoverableError: (error) => problems.push(error) });
      await until(() => place.textContent?.includes('"chats":3,"messages":20,"operations":0'));
      root.unmount();
      expect(problems).to.deep.equal([]);
    });

    it('a hook without a provider says what is missing', async () => {
      const errors: unknown[] = [];
      const Lost = () => (useLarder() ? null : null);
      const onUncaughtError = (error: unknown) => errors.push(error);
      const root = createRoot(document.createElement('div'), { onUncaughtError });
      root.render(createElement(Lost));
      const { message } = (await until(() => errors[0])) as Error;
      root.unmount();
      expect(message).to.match(/LarderProvider/);
    });
  });
});

/** What the core is told of views of chats, from now on. */
function spyOnViews(larder: Larder): string[] {
  const told: string[] = [];
  const inner = larder as unknown as { tell: (type: string, members: object) => void };
  const tell = inner.tell.bind(larder);
  inner.tell = (type, members) => {
    if (type === 'open' || type === 'close') told.push(type);
    tell(type, members);
  };
  return told;
}

/** How often something was read from the database since. */
function spyOnReads(larder: Larder): () => number {
  let reads = 0;
  const inner = larder as unknown as { read: (work: unknown) => Promise<unknown> };
  const read = inner.read.bind(larder);
  inner.read = (work) => {
    reads += 1;
    return read(work);
  };
  return () => reads;
}

/** From now on reading fails, until the function that it returns is called. */
function breakReading(larder: Larder): () => void {
  const inner = larder as unknown as { read: (work: (db: unknown) => unknown) => Promise<unknown> };
  const read = inner.read.bind(larder);
  inner.read = () =>
    read(() => {
      throw new DOMException('broken by the spec', 'UnknownError');
    });
  return () => (inner.read = read);
}

/** The object URLs that were made since and not given back. */
function spyOnUrls(): { open: () => string[]; restore: () => void } {
  const open = new Set<string>();
  const createObjectURL = URL.createObjectURL.bind(URL);
  const revokeObjectURL = URL.revokeObjectURL.bind(URL);
  URL.createObjectURL = (blob: Blob) => {
    const url = createObjectURL(blob);
    open.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    open.delete(url);
    revokeObjectURL(url);
  };
  return { open: () => [...open], restore: () => Object.assign(URL, { createObjectURL, revokeObjectURL }) };
}
