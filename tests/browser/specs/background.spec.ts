/** Background Sync: what waits is sent though no page is open, and a page that is open is left alone. */
import { expect } from 'chai';
import type { Larder } from 'chatlarder';
import { startScriptedServer } from '../harness/scripted.js';
import { deleteRaw, rowsOf } from './support/database.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { freshUser, Larders, layout, until } from './support/larder.js';
import { goOffline, goOnline, sentTo, textsOf, untilDrained } from './support/outbox.js';
import { Remote } from './support/remote.js';

const chatId = uuid(1, 0);

/** How the worker fared: how many promises the event was asked to wait for, and what became of them. */
interface Outcome {
  works: number;
  code: string | null;
}

describe('background sync', () => {
  const larders = new Larders();
  const workers: Worker[] = [];
  let userId: string;
  let server: FakeServer;
  let remote: Remote;

  beforeEach(() => {
    userId = freshUser();
    server = new FakeServer(2, 3);
    remote = new Remote(server);
  });
  afterEach(async () => {
    server.release();
    for (const worker of workers.splice(0)) worker.terminate();
    await larders.destroyAll();
    remote.close();
  });

  function tagOf(user = userId): string {
    return `chatlarder:${String(new URLSearchParams({ userId: user, namespace: 'support-center', layout }))}`;
  }

  function open(): Promise<Larder> {
    return larders.open({ userId, transport: server });
  }

  /** Two messages were written offline, and the page was closed. */
  async function leave(): Promise<Larder> {
    const larder = await open();
    await larder.sync();
    await goOffline(larder);
    for (const content of ['one', 'two']) await larder.chat(chatId).send({ content });
    await larder.close();
    return larder;
  }

  function makeWorker(query = ''): Worker {
    const worker = new Worker(`/modules/woken.js?channel=${remote.channel}${query}`, { type: 'module' });
    workers.push(worker);
    return worker;
  }

  function wake(worker: Worker, tag = tagOf()): Promise<Outcome> {
    return new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
      worker.postMessage({ tag });
    });
  }

  it('sends what waits, in order, and leaves the database as a page would', async () => {
    await leave();
    expect(await wake(makeWorker())).to.deep.equal({ works: 1, code: null });
    expect(sentTo(server, 0)).to.deep.equal(['one', 'two']);
    const larder = await open();
    expect(await textsOf(larder, 0)).to.include.members(['one', 'two']);
    await untilDrained(larder);
    expect(server.askedFor('sendMessage')).to.have.lengthOf(2);
  });

  it('speaks HTTP, with credentials', async () => {
    const { databaseName } = await leave();
    const quiet = { signal: new AbortController().signal };
    const operations = await rowsOf(databaseName, 'offline_queue');
    const texts = operations.map(({ payload }) => (payload as { content: string }).content).sort();
    const posted: object[] = [];
    for (const content of texts) {
      const { id } = operations.find(({ payload }) => (payload as { content: string }).content === content)!;
      const params = { requestId: chatId, clientTempId: String(id), content };
      posted.push((await server.sendMessage(params, quiet)) as object);
    }
    const scripted = await startScriptedServer(
      { match: '^GET /chats\\?', times: 0, body: { chats: [], cursor: 'x', hasMore: false } },
      ...posted.map((body) => ({ match: '^POST', status: 201, body })),
    );
    const worker = makeWorker(`&token=secret&baseUrl=${encodeURIComponent(scripted.baseUrl)}`);
    expect(await wake(worker)).to.deep.equal({ works: 1, code: null });
    const requests = (await scripted.requests()).filter(({ method }) => method === 'POST');
    expect(requests.map(({ path }) => path)).to.deep.equal([1, 2].map(() => `/chats/${chatId}/messages`));
    expect(requests.map(({ body }) => (JSON.parse(body!) as { content: string }).content)).to.deep.equal(
      texts,
    );
    for (const { headers } of requests) {
      expect(headers).to.include({ authorization: 'Bearer secret', 'content-type': 'application/json' });
    }
    expect(await rowsOf(databaseName, 'offline_queue')).to.deep.equal([]);
  });

  it('leaves it to a page that is open', async () => {
    const larder = await open();
    await larder.sync();
    await goOffline(larder);
    await larder.chat(chatId).send({ content: 'mine' });
    expect(await wake(makeWorker())).to.deep.equal({ works: 1, code: 'aborted' }); // and asks again later
    expect(server.askedFor('sendMessage')).to.have.lengthOf(0);
    goOnline();
    await untilDrained(larder);
    expect(await wake(makeWorker())).to.deep.equal({ works: 1, code: null });
    expect(sentTo(server, 0)).to.deep.equal(['mine']);
  });

  it('has the browser try again when there is no server, or no way in', async () => {
    await leave();
    server.down = true;
    expect((await wake(makeWorker())).code).to.equal('network');
    server.down = false;
    server.refuse = () => {
      throw Object.assign(new Error('who?'), { status: 401 });
    };
    expect((await wake(makeWorker())).code).to.equal('auth');
    server.refuse = (method) => {
      if (method === 'sendMessage') throw Object.assign(new Error('busy'), { status: 503 });
    };
    expect((await wake(makeWorker())).code).to.equal('network');
    server.refuse = null;
    expect(sentTo(server, 0)).to.deep.equal([]);
    const larder = await open();
    for (const { id } of await larder.outbox.list()) await larder.outbox.retry(id).catch(() => {});
    await untilDrained(larder);
    expect(sentTo(server, 0)).to.deep.equal(['one', 'two']);
  });

  it('does nothing for other tags, for whom it was told not to, and where nothing is stored', async () => {
    const { databaseName } = await leave();
    expect(await wake(makeWorker(), 'chat:sync')).to.deep.equal({ works: 0, code: null });
    expect(await wake(makeWorker(), 'chatlarder:')).to.deep.equal({ works: 0, code: null });
    expect(await wake(makeWorker('&refuse'))).to.deep.equal({ works: 0, code: null });
    await deleteRaw(databaseName);
    expect(await wake(makeWorker())).to.deep.equal({ works: 1, code: null });
    expect((await indexedDB.databases()).map(({ name }) => name)).to.not.include(databaseName);
    expect(server.askedFor('sendMessage')).to.have.lengthOf(0);
  });

  it('gives way to a page that is opened meanwhile', async () => {
    await leave();
    server.hold();
    const woken = wake(makeWorker());
    await until(() => server.askedFor('sendMessage').length === 1);
    const larder = await open();
    larder.sync().catch(() => {});
    await until(async () => {
      const { pending } = await navigator.locks.query();
      return pending!.some(({ name }) => name === `chatlarder:${larder.databaseName}`);
    });
    server.release();
    expect(await woken).to.deep.equal({ works: 1, code: null });
    await untilDrained(larder);
    expect(sentTo(server, 0)).to.deep.equal(['one', 'two']);
  });

  describe('a page', () => {
    const tags: string[] = [];
    const { serviceWorker } = navigator;
    let refused: boolean;

    beforeEach(() => {
      tags.length = 0;
      refused = false;
      const register = (tag: string) => {
        if (refused) return Promise.reject(new DOMException('not allowed', 'NotAllowedError'));
        tags.push(tag);
        return Promise.resolve();
      };
      const value = { getRegistration: () => Promise.resolve({ sync: { register } }) };
      Object.defineProperty(navigator, 'serviceWorker', { value, configurable: true });
    });
    afterEach(() => {
      Object.defineProperty(navigator, 'serviceWorker', { value: serviceWorker, configurable: true });
    });

    it('asks to have its service worker woken for what it can not send', async () => {
      const larder = await open();
      await larder.sync();
      await larder.chat(chatId).send({ content: 'sent at once' });
      await untilDrained(larder);
      await goOffline(larder);
      expect(tags).to.deep.equal([]);
      await larder.chat(chatId).send({ content: 'waits' });
      await until(() => tags.length > 0);
      expect(new Set(tags)).to.deep.equal(new Set([tagOf()]));
      await larder.close();
      await wake(makeWorker(), tags[0]);
      expect(sentTo(server, 0)).to.deep.equal(['sent at once', 'waits']);
    });

    it('does without when it may not', async () => {
      refused = true;
      const larder = await open();
      await larder.sync();
      await goOffline(larder);
      await larder.chat(chatId).send({ content: 'waits' });
      await until(async () => (await larder.outbox.list()).length === 1);
      expect(larders.errors).to.deep.equal([]);
    });
  });

  describe('a real service worker', () => {
    let registration: ServiceWorkerRegistration | null = null;

    afterEach(async () => {
      await registration?.unregister();
      registration = null;
    });

    /** Registers it; null where there are no service workers that are modules. */
    async function register(): Promise<ServiceWorkerRegistration | null> {
      const address = `/modules/woken.js?channel=${remote.channel}`;
      registration = await navigator.serviceWorker.register(address, { type: 'module' }).catch(() => null);
      if (registration) await until(() => registration!.active);
      return registration;
    }

    it('does what it is woken for', async function () {
      const made = await register();
      if (!made) return this.skip();
      await leave();
      const answered = new Promise<Outcome>((resolve) => {
        navigator.serviceWorker.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
      });
      made.active!.postMessage({ tag: tagOf() });
      expect(await answered).to.deep.equal({ works: 1, code: null });
      expect(sentTo(server, 0)).to.deep.equal(['one', 'two']);
    });

    it('is woken by the browser', async function () {
      const made = (await register()) as { sync?: { register(tag: string): Promise<void> } } | null;
      if (!made?.sync) return this.skip();
      await leave();
      await made.sync.register(tagOf());
      await until(() => sentTo(server, 0).length === 2);
      expect(sentTo(server, 0)).to.deep.equal(['one', 'two']);
    });
  });
});
