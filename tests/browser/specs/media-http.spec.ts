/** Files over HTTP: what is asked of a server, and what is made of its headers. */
import { expect } from 'chai';
import { httpTransport, type Larder } from 'chatlarder';
import {
  startScriptedServer,
  type ScriptedAnswer,
  type ScriptedRequest,
  type ScriptedServer,
} from '../harness/scripted.js';
import { FakeServer } from './support/fake-server.js';
import { freshUser, Larders, rejection, until } from './support/larder.js';
import { chatId, expectSound, mediaRows, storedNames } from './support/media.js';
import { MediaServer, noise, sha256 } from './support/media-server.js';
import { Remote } from './support/remote.js';

const CHATS: ScriptedAnswer = {
  match: '^GET /chats',
  times: 0,
  body: { chats: [], cursor: 'x', hasMore: false },
};
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
const MEDIA = '^GET /media/';

async function digestOf(text: string): Promise<string> {
  const hex = await sha256(new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...hex.match(/../g)!.map((byte) => parseInt(byte, 16))));
}

describe('media over HTTP', () => {
  const larders = new Larders();
  let larder: Larder;
  let server: ScriptedServer;
  afterEach(() => larders.destroyAll());

  async function open(answers: ScriptedAnswer[], credentials?: () => string): Promise<void> {
    server = await startScriptedServer(CHATS, ...answers);
    const transport = httpTransport({ baseUrl: server.baseUrl, events: false });
    const options = { userId: freshUser(), transport, media: { thumbnails: false } } as const;
    larder = await larders.open({ ...options, ...(credentials ? { credentials } : {}) });
  }

  async function headersOf(fields: Record<string, string> = {}): Promise<Record<string, string>> {
    return {
      'content-type': 'text/plain',
      'repr-digest': `sha-512=:AAAA:, sha-256=:${await digestOf(TEXT)}:`,
      etag: '"v1"',
      ...fields,
    };
  }

  async function mediaRequests(): Promise<ScriptedRequest[]> {
    return (await server.requests()).filter(({ path }) => path.startsWith('/media/'));
  }

  function rest(from: number, fields: Record<string, string> = {}): Promise<ScriptedAnswer> {
    const range = { 'content-range': `bytes ${from}-${TEXT.length - 1}/${TEXT.length}` };
    return headersOf({ ...range, ...fields }).then((headers) => {
      return { match: MEDIA, status: 206, headers, body: TEXT.slice(from) };
    });
  }

  it('asks for the file with the token, and takes what the headers say', async () => {
    const headers = await headersOf({
      'content-disposition': `attachment; filename="fallback.txt"; filename*=UTF-8''Fox%20%E2%82%AC.txt`,
      'x-message-id': 'message-7',
    });
    await open([{ match: MEDIA, headers, body: TEXT }], () => 'secret');
    expect(await (await larder.media.get(chatId, 'a b/ü?.txt')).text()).to.equal(TEXT);
    const [request] = await mediaRequests();
    expect(request!.path).to.equal(`/media/a%20b%2F%C3%BC%3F.txt/download?requestId=${chatId}`);
    expect(request!.headers).to.include({ authorization: 'Bearer secret', accept: '*/*' });
    expect(request!.headers).to.not.have.any.keys('range', 'if-range');
    expect((await mediaRows(larder)).get('a b/ü?.txt')).to.include({
      originalFilename: 'Fox €.txt',
      messageId: 'message-7',
      mimeType: 'text/plain',
      isVerified: true,
      fileSize: TEXT.length,
    });
  });

  it('goes on by range, if it is the same file, after the connection broke', async () => {
    const headers = await headersOf();
    await open([
      { match: MEDIA, headers, body: TEXT, truncateBytes: 300 },
      { match: MEDIA, status: 503, headers: { 'retry-after': '0' } },
      { match: MEDIA, headers, body: TEXT, times: 0 },
    ]);
    await until(async () => (await server.requests()).length > 0);
    expect(await (await larder.media.get(chatId, 'a')).text()).to.equal(TEXT);
    const [first, second, third] = await mediaRequests();
    expect(first!.headers).to.not.have.any.keys('range', 'if-range');
    const from = second!.headers['range'];
    expect(from).to.match(/^bytes=\d+-$/);
    for (const { headers } of [second!, third!])
      expect(headers).to.include({ range: from, 'if-range': '"v1"' });
  });

  it('puts the rest behind what it has', async () => {
    const headers = await headersOf();
    await open([{ match: MEDIA, headers, body: TEXT, truncateBytes: 300 }, await rest(300)]);
    expect(await (await larder.media.get(chatId, 'a')).text()).to.equal(TEXT);
    const asked = (await mediaRequests()).map(({ headers: { range } }) => range);
    expect(asked).to.deep.equal([undefined, 'bytes=300-']);
    expect((await mediaRows(larder)).get('a')).to.include({ isVerified: true });
  });

  it('does not go on without anything that says it is the same file', async () => {
    const headers = { 'content-type': 'text/plain', etag: 'W/"weak"' };
    await open([
      { match: MEDIA, headers, body: TEXT, truncateBytes: 300 },
      { match: MEDIA, headers, body: TEXT },
    ]);
    expect(await (await larder.media.get(chatId, 'a')).text()).to.equal(TEXT);
    for (const { headers: asked } of await mediaRequests())
      expect(asked).to.not.have.any.keys('range', 'if-range');
    expect((await mediaRows(larder)).get('a')).to.include({ isVerified: false, sha256Hash: null });
  });

  it('starts anew when the range is another, or there is none any more', async () => {
    const headers = await headersOf();
    await open([
      { match: MEDIA, headers, body: TEXT, truncateBytes: 300 },
      { match: MEDIA, status: 416, headers: { 'content-range': 'bytes */10' } },
      { match: MEDIA, headers, body: TEXT },
    ]);
    expect(await (await larder.media.get(chatId, 'a')).text()).to.equal(TEXT);
    const asked = (await mediaRequests()).map(({ headers: { range } }) => range !== undefined);
    expect(asked).to.deep.equal([false, true, false]);
  });

  it('believes no range of another file', async () => {
    const headers = await headersOf();
    await open([
      { match: MEDIA, headers, body: TEXT, truncateBytes: 300 },
      await rest(1, { etag: '"v2"' }),
      { match: MEDIA, headers, body: TEXT, times: 0 },
    ]);
    expect(await (await larder.media.get(chatId, 'a')).text()).to.equal(TEXT);
    await expectSound(larder);
  });

  it('believes no body that its digest does not fit', async () => {
    const headers = await headersOf();
    const other = TEXT.replace('fox', 'cat');
    await open([{ match: MEDIA, times: 0, headers, body: other }]);
    expect((await rejection(larder.media.get(chatId, 'a'))).code).to.equal('media_damaged');
    expect(await mediaRequests()).to.have.lengthOf(2);
    expect(await storedNames(larder)).to.deep.equal([]);
  });

  const refusals: [number, string][] = [
    [403, 'rejected'],
    [404, 'rejected'],
    [410, 'rejected'],
  ];
  for (const [status, code] of refusals) {
    it(`${status} ends it, with the server’s reason`, async () => {
      const body = { type: 'about:blank', title: 'No', detail: `because ${status}` };
      await open([{ match: MEDIA, times: 0, status, body }]);
      const error = await rejection(larder.media.get(chatId, 'a'));
      expect(error).to.include({ code, reason: `because ${status}` });
      expect(await mediaRequests()).to.have.lengthOf(1);
    });
  }

  it('401 refuses it, until there are new credentials', async () => {
    let token = 'old';
    await open(
      [
        { match: MEDIA, status: 401 },
        { match: MEDIA, headers: await headersOf(), body: TEXT },
      ],
      () => token,
    );
    await until(async () => (await server.requests()).length > 0);
    token = 'new';
    expect((await rejection(larder.media.get(chatId, 'a'))).code).to.equal('auth');
    const again = () => larder.media.get(chatId, 'a').catch(() => null);
    expect(await (await until(again)).text()).to.equal(TEXT);
    const tokens = (await mediaRequests()).map(({ headers }) => headers['authorization']);
    expect(tokens).to.deep.equal(['Bearer old', 'Bearer new']);
  });

  it('no address leads out of the files, however hostile their names', async () => {
    await open([]);
    for (const name of ['..', '.', '../../chats', '%2e%2e', 'a\\..\\b', '\u0000', 'x?y#z'])
      await rejection(larder.media.get(chatId, name));
    const paths = (await server.requests())
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('/chats?'));
    for (const path of paths) expect(path).to.match(/^\/media\/[^/?#]+\/download\?requestId=[0-9a-f-]{36}$/);
    expect(paths.length).to.be.greaterThan(3);
  });

  describe('a module', () => {
    it('gives bytes in one piece; one that gives none for too long is given up and asked again', async () => {
      const slow = new MediaServer(1, 1);
      const remote = new Remote(slow);
      larder = await larders.open({
        userId: freshUser(),
        transport: remote.config,
        media: { thumbnails: false },
      });
      await larder.sync();
      await remote.hurry(300);
      const file = await slow.put(0, 'a', noise(2000), { stallAfter: 500 });
      const got = larder.media.get(chatId, 'a');
      await until(() => slow.aborted > 0);
      delete file.stallAfter;
      expect((await got).size).to.equal(2000);
      slow.release();
      await expectSound(larder);
      remote.close();
    });
  });

  describe('an object without files', () => {
    it('refuses them', async () => {
      const server = new FakeServer(0, 0);
      larder = await larders.open({ userId: freshUser(), transport: server });
      const error = await rejection(larder.media.get(chatId, 'a'));
      expect(error).to.include({ code: 'rejected', reason: 'the transport has no fetchMedia' });
    });

    it('may answer with a Response, a Blob, or bytes', async () => {
      const server = new MediaServer(0, 0);
      const answers: Record<string, () => Response | object> = {
        response: () => new Response(TEXT, { headers: { 'content-type': 'text/x-one' } }),
        blob: () => ({ bytes: new Blob([TEXT]), mimeType: 'text/x-two' }),
        buffer: () => ({ bytes: new TextEncoder().encode(TEXT).buffer, mimeType: 'text/x-three' }),
        array: () => ({ bytes: new TextEncoder().encode(TEXT) }),
        empty: () => ({ bytes: new Uint8Array() }),
        refused: () => new Response('not for you', { status: 403 }),
      };
      const transport = Object.assign(server, {
        fetchMedia: ({ filename }: { filename: string }) => Promise.resolve(answers[filename]!() as Response),
      });
      larder = await larders.open({ userId: freshUser(), transport });
      for (const name of ['response', 'blob', 'buffer', 'array'])
        expect(await (await larder.media.get(chatId, name)).text()).to.equal(TEXT);
      expect((await larder.media.get(chatId, 'empty')).size).to.equal(0);
      const types = ['response', 'blob', 'buffer', 'array'].map((name) => larder.media.meta(chatId, name));
      expect((await Promise.all(types)).map((meta) => meta!.mimeType)).to.deep.equal([
        'text/x-one',
        'text/x-two',
        'text/x-three',
        'application/octet-stream',
      ]);
      const error = await rejection(larder.media.get(chatId, 'refused'));
      expect(error).to.include({ code: 'rejected', reason: 'not for you' });
      await expectSound(larder);
    });
  });
});
