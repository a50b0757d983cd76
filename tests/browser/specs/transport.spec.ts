/**
 * The ways to a server: HTTP with its statuses and its stream of signals, a module, an object of the page.
 */
import { expect } from 'chai';
import { httpTransport, moduleTransport, type Larder, type Transport } from 'chatlarder';
import { startScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../harness/scripted.js';
import { FakeServer, uuid } from './support/fake-server.js';
import { range, sequencesOf } from './support/history.js';
import { freshUser, Larders, namesOf, rejection, until } from './support/larder.js';
import { Remote } from './support/remote.js';

const chatId = uuid(1, 0);
const MESSAGES = `^GET /chats/${chatId}/messages`;
const CHATS = '^GET /chats\\?';
const EVENTS = '^GET /events';
const quiet = { signal: new AbortController().signal };

/** What a server with one chat of so many messages answers. */
async function answersOf(count: number): Promise<{ list: object; page: object }> {
  const server = new FakeServer(1, count);
  return {
    list: (await server.fetchChats({ limit: 100 }, quiet)) as object,
    page: (await server.fetchMessages({ requestId: chatId, limit: 50 }, quiet)) as object,
  };
}

function problem(status: number, detail: string): ScriptedAnswer {
  const headers = { 'content-type': 'application/problem+json' };
  return { status, headers, body: { type: 'about:blank', title: 'Something', status, detail } };
}

describe('transport', () => {
  const larders = new Larders();
  afterEach(() => larders.destroyAll());

  function open(
    server: ScriptedServer,
    options: { events?: boolean; credentials?: () => string | null } = {},
  ): Promise<Larder> {
    const { events = false, ...rest } = options;
    const transport = httpTransport({ baseUrl: server.baseUrl, events });
    return larders.open({ userId: freshUser(), transport, ...rest });
  }

  async function pathsAsked(server: ScriptedServer, match: string): Promise<string[]> {
    const requests = await server.requests();
    return requests
      .filter(({ method, path }) => new RegExp(match).test(`${method} ${path}`))
      .map(({ path }) => path);
  }

  async function tokensAsked(server: ScriptedServer): Promise<(string | undefined)[]> {
    return (await server.requests()).map(({ headers }) => headers['authorization']);
  }

  describe('http', () => {
    it('asks with what the contract says, and with the token', async () => {
      const { list, page } = await answersOf(3);
      const server = await startScriptedServer(
        { match: CHATS, times: 0, body: list },
        { match: MESSAGES, times: 0, body: page },
      );
      const larder = await open(server, { credentials: () => 'secret' });
      await larder.sync();
      await larder.chat(chatId).sync();
      await larder.chat(chatId).sync();
      const requests = await server.requests();
      const chats = requests.filter(({ path }) => path.startsWith('/chats?'));
      expect(chats[0]!.path).to.equal('/chats?limit=200');
      const messages = requests.filter(({ path }) => path.includes('/messages'));
      expect(messages.map(({ path }) => path)).to.deep.equal([
        `/chats/${chatId}/messages?limit=50`,
        `/chats/${chatId}/messages?afterSequence=3&limit=200&sinceRevision=1`,
      ]);
      for (const { method, headers, body } of requests) {
        expect({ method, body }).to.deep.equal({ method: 'GET', body: null });
        expect(headers).to.include({ accept: 'application/json', authorization: 'Bearer secret' });
      }
      expect(await sequencesOf(larder, 0)).to.deep.equal([1, 2, 3]);
    });

    it('sends no token where there is none, and takes addresses relative to the page', async () => {
      const { list } = await answersOf(1);
      const server = await startScriptedServer({ match: CHATS, times: 0, body: list });
      const relative = `${new URL(server.baseUrl).pathname}/`;
      const transport = httpTransport({ baseUrl: relative, events: false });
      const larder = await larders.open({ userId: freshUser(), transport });
      await larder.sync();
      expect((await tokensAsked(server))[0]).to.equal(undefined);
      expect((await server.requests())[0]!.path).to.equal('/chats?limit=200');
      expect(await larder.chats()).to.have.lengthOf(1);
    });

    it('reports a network that is not there, and tries again by itself', async () => {
      const transport = httpTransport({ baseUrl: 'http://127.0.0.1:9/api', events: false });
      const larder = await larders.open({ userId: freshUser(), transport });
      expect((await rejection(larder.sync())).code).to.equal('network');
      await until(() => larder.connection === 'offline');
      expect(namesOf(larders.errors)[0]).to.equal('network fetchChats');
    });

    it('a body that ends too early counts as no network, and is fetched again', async () => {
      const { list } = await answersOf(1);
      const server = await startScriptedServer(
        { match: CHATS, body: list, truncateBytes: 40 },
        { match: CHATS, times: 0, body: list },
      );
      const larder = await open(server);
      await until(async () => (await larder.chats()).length === 1);
      expect(namesOf(larders.errors)).to.deep.equal(['network fetchChats']);
    });

    describe('statuses', () => {
      const statuses: [number, string][] = [
        [400, 'rejected'],
        [403, 'rejected'],
        [404, 'rejected'],
        [408, 'timeout'],
        [409, 'rejected'],
        [410, 'rejected'],
        [413, 'rejected'],
        [425, 'rate_limited'],
        [429, 'rate_limited'],
        [500, 'server'],
        [502, 'server'],
        [503, 'server'],
        [520, 'server'],
      ];
      it("each has its code, and the server's own reason", async () => {
        const server = await startScriptedServer(
          { match: CHATS, times: 0, body: { chats: [], cursor: null } },
          ...statuses.map(([status], i) => ({
            ...problem(status, `for reason ${status}`),
            headers: { 'content-type': 'application/problem+json', 'retry-after': '100' },
            match: `^GET /chats/${uuid(1, i)}/`,
            times: 0,
          })),
        );
        const larder = await open(server);
        for (const [i, [status, code]] of statuses.entries()) {
          const error = await rejection(larder.chat(uuid(1, i)).sync());
          expect(error, `${status}`).to.include({ code, reason: `for reason ${status}` });
        }
        await until(() => larders.errors.length === statuses.length);
        expect(larders.errors.map(({ code, requestId, reason }) => [requestId, code, reason])).to.deep.equal(
          statuses.map(([status, code], i) => [uuid(1, i), code, `for reason ${status}`]),
        );
        expect(larders.errors.every(({ name }) => name === 'TransportError')).to.equal(true);
      });

      it('a reason that is no problem document is given as it is, but not endlessly', async () => {
        const server = await startScriptedServer(
          { match: CHATS, body: 'plain words', status: 403 },
          { match: CHATS, body: 'x'.repeat(100_000), status: 403 },
          { match: CHATS, body: { title: 'only a title' }, status: 403 },
        );
        const larder = await open(server);
        const reasons: (string | undefined)[] = [];
        await until(() => larders.errors.length === 1);
        reasons.push(larders.errors[0]!.reason);
        for (let i = 0; i < 2; i += 1) reasons.push((await rejection(larder.sync())).reason);
        expect(reasons).to.deep.equal(['plain words', 'x'.repeat(500), 'only a title']);
      });

      it('what is refused is asked for again by sync(), but not by itself', async () => {
        const { list, page } = await answersOf(2);
        const server = await startScriptedServer(
          { match: MESSAGES, ...problem(403, 'not for you') },
          { match: MESSAGES, times: 0, body: page },
          { match: CHATS, times: 0, body: list },
        );
        const larder = await open(server);
        expect((await rejection(larder.chat(chatId).sync())).code).to.equal('rejected');
        await until(() => larder.chat(chatId).state === 'FAILED');
        const lists = (await pathsAsked(server, CHATS)).length;
        dispatchEvent(new Event('online'));
        await until(async () => (await pathsAsked(server, CHATS)).length > lists);
        expect(await pathsAsked(server, MESSAGES)).to.have.lengthOf(1);
        await larder.sync();
        expect(await pathsAsked(server, MESSAGES)).to.have.lengthOf(2);
        expect(await sequencesOf(larder, 0)).to.deep.equal([1, 2]);
      });

      it('500 is tried again by itself', async () => {
        const { list, page } = await answersOf(2);
        const server = await startScriptedServer(
          { match: MESSAGES, status: 500, body: '' },
          { match: MESSAGES, times: 0, body: page },
          { match: CHATS, times: 0, body: list },
        );
        const larder = await open(server);
        expect((await rejection(larder.chat(chatId).sync())).code).to.equal('server');
        await until(async () => (await sequencesOf(larder, 0)).length === 2);
        expect(await pathsAsked(server, MESSAGES)).to.have.lengthOf(2);
      });

      it('429 is tried again after what Retry-After says', async () => {
        const { list, page } = await answersOf(2);
        const server = await startScriptedServer(
          { match: MESSAGES, status: 429, headers: { 'retry-after': '2' }, body: '' },
          { match: MESSAGES, times: 0, body: page },
          { match: CHATS, times: 0, body: list },
        );
        const larder = await open(server);
        const start = performance.now();
        expect((await rejection(larder.chat(chatId).sync())).code).to.equal('rate_limited');
        await until(async () => (await sequencesOf(larder, 0)).length === 2);
        expect(performance.now() - start).to.be.greaterThan(1950);
      });
    });

    describe('credentials', () => {
      it('are asked for again after a 401, and what was refused is done', async () => {
        const { list, page } = await answersOf(2);
        const server = await startScriptedServer(
          { match: CHATS, status: 401, body: '' },
          { match: CHATS, times: 0, body: list },
          { match: MESSAGES, times: 0, body: page },
        );
        let asked = 0;
        const larder = await open(server, { credentials: () => `token ${(asked += 1)}` });
        await until(async () => (await larder.chats()).length === 1);
        expect(asked).to.equal(2);
        expect(await tokensAsked(server)).to.deep.equal(['Bearer token 1', 'Bearer token 2']);
        await larder.chat(chatId).sync();
        expect((await tokensAsked(server)).at(-1)).to.equal('Bearer token 2');
        expect(larder.connection).to.equal('online');
      });

      it('that are still the same pause everything until the app has others', async () => {
        const { list } = await answersOf(2);
        const server = await startScriptedServer(
          { match: CHATS, status: 401, body: '' },
          { match: CHATS, times: 0, body: list },
        );
        const larder = await open(server, { credentials: () => 'old' });
        await until(() => larders.withCode('auth').length === 2);
        expect((await rejection(larder.sync())).code).to.equal('auth');
        expect((await rejection(larder.chat(chatId).sync())).code).to.equal('auth');
        expect(await tokensAsked(server)).to.deep.equal(['Bearer old']);
        larder.setCredentials('new');
        await until(async () => (await larder.chats()).length === 1);
        expect(await tokensAsked(server)).to.deep.equal(['Bearer old', 'Bearer new']);
      });

      it('that can not be had are reported with the reason', async () => {
        const { list } = await answersOf(2);
        const server = await startScriptedServer(
          { match: CHATS, status: 401, body: '' },
          { match: CHATS, times: 0, body: list },
        );
        let calls = 0;
        const credentials = () => {
          calls += 1;
          if (calls > 1) throw new Error('nobody is logged in');
          return 'old';
        };
        await open(server, { credentials });
        await until(() => larders.errors.some(({ reason }) => reason?.includes('nobody is logged in')));
      });
    });

    describe('events', () => {
      /** A server whose chat has 2 messages, then 4; and a stream that says so between the two. */
      async function streaming(chunks: string[], more: ScriptedAnswer = {}): Promise<ScriptedServer> {
        const [two, four] = [await answersOf(2), await answersOf(4)];
        const grown = { ...four.page, messages: (four.page as { messages: object[] }).messages.slice(2) };
        const newer = { ...grown, covers: { from: 3, to: 4 }, revision: '7' };
        return startScriptedServer(
          {
            match: EVENTS,
            headers: { 'content-type': 'text/event-stream' },
            hold: true,
            chunks,
            keepOpen: true,
            ...more,
          },
          { match: EVENTS, times: 0, chunks: [': nothing\n\n'], keepOpen: true },
          { match: MESSAGES, body: two.page },
          { match: MESSAGES, times: 0, body: newer },
          { match: CHATS, times: 0, body: two.list },
        );
      }

      async function expectHeard(server: ScriptedServer): Promise<Larder> {
        const larder = await open(server, { events: true, credentials: () => 'secret' });
        const stop = larder.chat(chatId).watch({}, () => {});
        await until(async () => (await sequencesOf(larder, 0)).length === 2);
        await server.release();
        await until(async () => (await sequencesOf(larder, 0)).length === 4);
        stop();
        return larder;
      }

      const line = `data: {"requestId":"${chatId}","revision":"7"}`;
      const streams: [string, string[]][] = [
        ['at once', [`event: change\n${line}\n\n`]],
        ['with CRLF', [`event: change\r\n${line}\r\n\r\n`]],
        ['with CR', [`event: change\r${line}\r\r`]],
        ['byte by byte, nearly', [...`${line}\r\n\r\n`.matchAll(/.{1,9}|[\r\n]/gs)].map(([part]) => part)],
        ['with CRLF cut in two', [`: hello\r`, `\n${line}\r`, `\n\r`, `\n`]],
        ['without a space', [`${line.replace('data: ', 'data:')}\n\n`]],
        ['among others', [`retry: 10\nid: 4\n: é\n\ndata: ping\n\ndata: {}\n\ndata:\n\n`, `${line}\n\n`]],
      ];
      for (const [name, chunks] of streams) {
        it(`a change signal ${name} leads to a delta`, async () => {
          const server = await streaming(chunks);
          await expectHeard(server);
          const events = (await server.requests()).filter(({ path }) => path === '/events');
          expect(events).to.have.lengthOf(1);
          expect(events[0]!.headers).to.include({
            accept: 'text/event-stream',
            authorization: 'Bearer secret',
          });
        });
      }

      it('a stream that ends is opened again', async () => {
        const server = await streaming([`${line}\n\n`], { keepOpen: false });
        await expectHeard(server);
        await until(async () => (await pathsAsked(server, EVENTS)).length === 2);
        expect(larders.withCode('network')).to.deep.equal([]);
      });

      it('a stream that breaks is opened again', async () => {
        const { list } = await answersOf(2);
        const server = await startScriptedServer(
          { match: EVENTS, times: 0, body: 'data: {"requ', truncateBytes: 8 },
          { match: CHATS, times: 0, body: list },
        );
        const larder = await open(server, { events: true });
        const start = performance.now();
        await until(async () => (await pathsAsked(server, EVENTS)).length > 2);
        await until(() => performance.now() - start > 1500);
        expect((await pathsAsked(server, EVENTS)).length).to.be.at.most(12);
        expect((await pathsAsked(server, CHATS)).length).to.be.at.most(14);
        await larder.sync();
        expect(larder.connection).to.equal('online');
        expect(larders.errors).to.deep.equal([]);
      });

      it('a server without one is left alone with it', async () => {
        const { list } = await answersOf(2);
        const server = await startScriptedServer({ match: CHATS, times: 0, body: list });
        const larder = await open(server, { events: true });
        for (let i = 0; i < 5; i += 1) await larder.sync();
        expect(await pathsAsked(server, EVENTS)).to.have.lengthOf(1);
        expect(larders.errors).to.deep.equal([]);
        expect(larder.connection).to.equal('online');
      });

      it('are ended with the larder', async () => {
        const server = await streaming([]);
        const larder = await open(server, { events: true });
        await until(async () => (await pathsAsked(server, EVENTS)).length === 1);
        await larder.close();
        const ended = async () => (await server.requests()).find(({ path }) => path === '/events')!.aborted;
        await until(ended);
      });
    });

    it('calls that are given up end at the server as well', async () => {
      const server = await startScriptedServer({ match: CHATS, hold: true, body: '' });
      const larder = await open(server);
      await until(async () => (await server.requests()).length === 1);
      await larder.close();
      await until(async () => (await server.requests())[0]!.aborted);
    });
  });

  describe('time', () => {
    it('limits a call: it is given up, reported, and made again', async () => {
      const server = new FakeServer(1, 5);
      const remote = new Remote(server);
      const larder = await larders.open({ userId: freshUser(), transport: remote.config });
      await larder.sync();
      await remote.hurry(50);
      server.hold();
      expect(await rejection(larder.chat(chatId).sync())).to.include({ code: 'timeout' });
      await until(() => server.aborted > 0);
      await until(() => larders.withCode('timeout').length > 0);
      expect(larders.withCode('timeout')[0]).to.include({ path: 'fetchMessages', requestId: chatId });
      await until(() => larder.connection === 'offline');
      server.release();
      await until(() => larder.connection === 'online');
      await until(async () => (await sequencesOf(larder, 0)).length === 5);
      remote.close();
    });

    it('ends for the caller when an AbortSignal says so', async () => {
      const server = new FakeServer(1, 5);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.sync();
      const chat = larder.chat(chatId);
      const before = AbortSignal.abort();
      expect((await rejection(chat.sync({ signal: before }))).code).to.equal('aborted');
      expect((await rejection(larder.sync({ signal: before }))).code).to.equal('aborted');
      expect(server.askedOf(0)).to.deep.equal([]);
      server.hold();
      const controller = new AbortController();
      const waiting = [
        chat.sync({ signal: controller.signal }),
        larder.sync({ signal: controller.signal }),
        chat.fill({ startSeq: 1, endSeq: 1, detectedAt: 0 }, { signal: before }),
      ].map(rejection);
      const other = chat.sync();
      await until(() => server.askedOf(0).length === 1);
      controller.abort();
      expect((await Promise.all(waiting)).map(({ code }) => code)).to.deep.equal(
        Array.from({ length: 3 }, () => 'aborted'),
      );
      server.release();
      await other;
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 5));
    });
  });

  describe('a module', () => {
    it('is imported by the worker and asked there', async () => {
      const server = new FakeServer(2, 5);
      const remote = new Remote(server);
      const larder = await larders.open({ userId: freshUser(), transport: remote.config });
      await larder.sync();
      await larder.chat(chatId).sync();
      expect(await sequencesOf(larder, 0)).to.deep.equal(range(1, 5));
      server.post(0, 1);
      await until(async () => (await sequencesOf(larder, 0)).length === 6);
      remote.close();
    });

    it('that is not there leaves what is stored, and says why', async () => {
      const transport = moduleTransport('/modules/there-is-none.js');
      const larder = await larders.open({ userId: freshUser(), transport });
      const error = await rejection(larder.sync());
      expect(error.code).to.equal('network');
      expect(error.reason).to.be.a('string').and.not.to.equal('');
      expect(await larder.chats()).to.deep.equal([]);
    });

    it('that exports no transport says so as well', async () => {
      const transport = moduleTransport('/page-that-is-no-module.js');
      const larder = await larders.open({ userId: freshUser(), transport });
      expect((await rejection(larder.sync())).code).to.equal('network');
    });
  });

  describe('an object of the page', () => {
    it("may throw with a status and the server's wish to wait", async () => {
      const server = new FakeServer(1, 5);
      let failures = 0;
      server.refuse = (method) => {
        if (method !== 'fetchMessages' || (failures += 1) > 1) return;
        throw Object.assign(new Error('slow down'), { status: 429, retryAfter: 1 });
      };
      const larder = await larders.open({ userId: freshUser(), transport: server });
      const start = performance.now();
      const error = await rejection(larder.chat(chatId).sync());
      expect(error).to.include({ code: 'rate_limited', reason: 'slow down' });
      await until(async () => (await sequencesOf(larder, 0)).length === 5);
      expect(performance.now() - start).to.be.greaterThan(950);
    });

    it('may throw anything', async () => {
      const thrown: unknown[] = [null, undefined, 'words', 7, {}, new TypeError('no')];
      for (const what of thrown) {
        const transport: Transport = {
          fetchChats: () => Promise.reject(what),
          fetchMessages: () => {
            throw what;
          },
        };
        const larder = await larders.open({ userId: freshUser(), transport });
        expect((await rejection(larder.sync())).code, String(what)).to.equal('network');
        expect((await rejection(larder.chat(chatId).sync())).code, String(what)).to.equal('network');
      }
    });

    it('may answer late: what nobody waits for any more is not heard', async () => {
      const server = new FakeServer(1, 5);
      const larder = await larders.open({ userId: freshUser(), transport: server });
      await larder.sync();
      server.hold();
      const waiting = rejection(larder.chat(chatId).sync());
      await until(() => server.askedOf(0).length === 1);
      await larder.close();
      server.release();
      expect((await waiting).code).to.equal('closed');
    });
  });
});
