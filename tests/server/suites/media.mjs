import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CUSTOMER } from '../../../web-demo/server/auth.mjs';
import { loadMessages } from '../../../web-demo/server/load.mjs';
import { MediaFiles } from '../../../web-demo/server/media-files.mjs';
import { uuidOf } from '../../../web-demo/server/uuid.mjs';
import { clientOf } from '../support/client.mjs';
import { record, upTo } from '../support/records.mjs';

const SIZE = 10_000;
const BYTES = Uint8Array.from({ length: SIZE }, (_, index) => index % 251);
const SHA256 = createHash('sha256').update(BYTES).digest();
const ETAG = `"${SHA256.toString('hex')}"`;

/** @param {number} seq @param {object} [more] */
const withMedia = (seq, more = {}) =>
  record('media', seq, {
    sender: CUSTOMER,
    media: {
      deviceId: 'phone',
      cameraId: 'rear',
      reason: 'chat_photo',
      mimeType: 'image/jpeg',
      filename: `Bild ${seq} (ä).JPG`,
      isScreenshot: false,
      bytes: () => BYTES,
      ...more,
    },
  });

/** @param {import('../api.test.mjs').Context} context */
export function mediaSuite(context) {
  const chatId = uuidOf('chat:media');
  let folder = '';
  let url = '';
  /** @type {ReturnType<typeof clientOf>} */
  let agent;
  /** @type {any[]} */
  let messages = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatlarder-media-'));
    await loadMessages(
      context.database,
      [
        ...upTo(5).map((seq) => withMedia(seq)),
        withMedia(6, {
          isScreenshot: true,
          cameraId: 'screen',
          mimeType: 'image/png',
          filename: 'screen.png',
        }),
        withMedia(7, { bytes: () => new Uint8Array(0), filename: 'no extension', mimeType: 'text/plain' }),
      ],
      new MediaFiles(folder),
    );
    await loadMessages(context.database, [{ ...withMedia(1), chat: 'foreign' }], new MediaFiles(folder));
    await context.database.query('DELETE FROM members WHERE chat_id = $1', [uuidOf('chat:foreign')]);
    ({ url } = await context.serve({ faults: true, mediaDir: folder }));
    agent = clientOf(url);
    ({ messages } = await agent.messages(chatId));
  });
  after(() => rm(folder, { recursive: true }));

  /** @param {string} name @param {Record<string, string>} [headers] */
  async function download(name, headers = {}, method = 'GET') {
    const response = await fetch(`${url}api/v1/media/${name}/download`, {
      method,
      headers: { authorization: 'Bearer agent-token', ...headers },
    });
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
  }
  const codeOf = (/** @type {Uint8Array} */ bytes) => JSON.parse(Buffer.from(bytes).toString()).code;

  test('a message says what it carries', () => {
    const [photo, , , , , screenshot] = messages;
    assert.match(photo.fileName, /^[0-9a-f-]{36}\.jpg$/);
    assert.deepEqual([photo.fileSize, photo.fileMimeType], [SIZE, 'image/jpeg']);
    assert.deepEqual([photo.isScreenshot, photo.screenshotFileName], [false, null]);
    assert.match(screenshot.screenshotFileName, /^[0-9a-f-]{36}\.png$/);
    assert.deepEqual([screenshot.isScreenshot, screenshot.fileName], [true, null]);
    assert.match(messages[6].fileName, /\.bin$/);
  });

  test('the metadata, by the id with and without its extension; not where the file lies', async () => {
    const { fileName, id: messageId, createdAt } = messages[0];
    const { status, body } = await agent.get(`/media/${fileName}`);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      id: fileName.slice(0, 36),
      requestId: chatId,
      messageId,
      deviceId: 'phone',
      cameraId: 'rear',
      capturedAt: createdAt,
      reason: 'chat_photo',
      sha256: SHA256.toString('hex'),
      bytes: SIZE,
      mimeType: 'image/jpeg',
      originalFilename: 'Bild 1 (ä).JPG',
      filename: fileName,
      createdAt: body.createdAt,
    });
    assert.deepEqual((await agent.get(`/media/${fileName.slice(0, 36).toUpperCase()}`)).body, body);
  });

  test('a file lies where its row says: device, camera, day, message', async () => {
    const [row] = await context.database.query('SELECT local_path FROM media_objects WHERE message_id = $1', [
      messages[0].id,
    ]);
    assert.equal(row.local_path, `phone/rear/2024-03-01/${messages[0].id}.jpg`);
    const left = await readdir(join(folder, 'phone/rear/2024-03-01'));
    assert.ok(left.every((name) => !name.endsWith('.part')));
  });

  test('one device, one message, one camera: one file', async () => {
    const [columns] = await context.database.query('SELECT * FROM media_objects WHERE message_id = $1', [
      messages[0].id,
    ]);
    const again = { ...columns, id: crypto.randomUUID(), local_path: 'another/place' };
    const names = Object.keys(again);
    await assert.rejects(
      context.database.query(
        `INSERT INTO media_objects (${names}) VALUES (${names.map((_, index) => `$${index + 1}`)})`,
        Object.values(again),
      ),
      { code: '23505' },
    );
  });

  test('a download has all bytes and says what they are', async () => {
    const { response, bytes } = await download(messages[0].fileName);
    assert.equal(response.status, 200);
    assert.deepEqual(bytes, BYTES);
    const expected = {
      'content-type': 'image/jpeg',
      'content-length': String(SIZE),
      'accept-ranges': 'bytes',
      etag: ETAG,
      'repr-digest': `sha-256=:${SHA256.toString('base64')}:`,
      'content-disposition': "attachment; filename*=UTF-8''Bild%201%20%28%C3%A4%29.JPG",
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'x-message-id': messages[0].id,
      'cache-control': 'no-store',
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(response.headers.get(name), value);
  });

  test('HEAD says the same without the bytes', async () => {
    const [{ response: head, bytes }, { response: get }] = [
      await download(messages[0].fileName, { range: 'bytes=0-1' }, 'HEAD'),
      await download(messages[0].fileName),
    ];
    assert.deepEqual([head.status, bytes.length], [200, 0]);
    const told = (/** @type {Response} */ { headers }) =>
      [...headers].filter(([name]) => !/^(date|keep-alive|connection)$/.test(name));
    assert.deepEqual(told(head), told(get));
  });

  test('an empty file', async () => {
    const { response, bytes } = await download(messages[6].fileName);
    assert.deepEqual([response.status, response.headers.get('content-length'), bytes.length], [200, '0', 0]);
    assert.equal((await download(messages[6].fileName, { range: 'bytes=0-' })).response.status, 416);
  });

  describe('ranges', () => {
    const parts = /** @type {[string, number, number][]} */ ([
      ['bytes=0-0', 0, 0],
      ['bytes=100-199', 100, 199],
      ['bytes=9000-', 9000, SIZE - 1],
      ['bytes=9000-99999999', 9000, SIZE - 1],
      ['bytes=-100', SIZE - 100, SIZE - 1],
      ['bytes=-99999999', 0, SIZE - 1],
      ['Bytes= 5-6 ', 5, 6],
    ]);
    for (const [range, start, end] of parts) {
      test(range, async () => {
        const { response, bytes } = await download(messages[0].fileName, { range });
        assert.equal(response.status, 206);
        assert.equal(response.headers.get('content-range'), `bytes ${start}-${end}/${SIZE}`);
        assert.equal(response.headers.get('content-length'), String(end - start + 1));
        assert.equal(response.headers.get('etag'), ETAG);
        assert.deepEqual(bytes, BYTES.slice(start, end + 1));
      });
    }

    for (const range of ['bytes=10000-', 'bytes=99999999999999999999-', 'bytes=-0']) {
      test(`${range}: nothing of it is there`, async () => {
        const { response, bytes } = await download(messages[0].fileName, { range });
        assert.equal(response.status, 416);
        assert.equal(response.headers.get('content-range'), `bytes */${SIZE}`);
        assert.equal(codeOf(bytes), 'range_not_satisfiable');
        for (const name of ['etag', 'repr-digest', 'content-disposition']) {
          assert.equal(response.headers.get(name), null);
        }
      });
    }

    for (const range of ['bytes=5-4', 'bytes=-', 'bytes=a-b', 'items=0-5', 'bytes=0-1,5-6', 'bytes=0x1-2']) {
      test(`${range}: not one that is understood, so all of it`, async () => {
        const { response, bytes } = await download(messages[0].fileName, { range });
        assert.deepEqual([response.status, bytes.length], [200, SIZE]);
      });
    }

    test('If-Range: the part of this version, all of another', async () => {
      const range = 'bytes=5000-';
      const lengths = /** @type {[string, number][]} */ ([
        [ETAG, SIZE - 5000],
        [`W/${ETAG}`, SIZE],
        [`"${'0'.repeat(64)}"`, SIZE],
        ['Wed, 25 Nov 2026 10:00:00 GMT', SIZE],
      ]);
      for (const [tag, length] of lengths) {
        const { bytes } = await download(messages[0].fileName, { range, 'if-range': tag });
        assert.equal(bytes.length, length, tag);
      }
    });
  });

  test('If-None-Match: 304 for the version that the client has', async () => {
    for (const tag of [ETAG, `W/${ETAG}`, `"a", ${ETAG}`, '*']) {
      const { response, bytes } = await download(messages[0].fileName, { 'if-none-match': tag });
      assert.deepEqual([response.status, response.headers.get('etag'), bytes.length], [304, ETAG, 0]);
    }
    const { response } = await download(messages[0].fileName, { 'if-none-match': '"another"' });
    assert.equal(response.status, 200);
  });

  describe('what isn’t given out', () => {
    test('media that aren’t there, and media of a chat one isn’t a member of, look alike', async () => {
      const [{ id: foreign }] = await context.database.query(
        'SELECT id FROM media_objects WHERE chat_id = $1',
        [uuidOf('chat:foreign')],
      );
      for (const id of [foreign, `${foreign}.jpg`, crypto.randomUUID()]) {
        const { status, body } = await agent.get(`/media/${id}`);
        assert.deepEqual([status, body.code], [404, 'media_not_found']);
        const { response, bytes } = await download(id);
        assert.deepEqual([response.status, codeOf(bytes)], [404, 'media_not_found']);
        assert.equal((await download(id, {}, 'HEAD')).response.status, 404);
      }
    });

    test('what another chat has', async () => {
      const { fileName } = messages[0];
      assert.equal((await agent.get(`/media/${fileName}?requestId=${chatId}`)).status, 200);
      const { status, body } = await agent.get(`/media/${fileName}?requestId=${crypto.randomUUID()}`);
      assert.deepEqual([status, body.code], [404, 'media_not_found']);
      assert.equal((await agent.get(`/media/${fileName}?requestId=17`)).status, 400);
      assert.equal((await agent.get(`/media/${fileName}/download?chat=${chatId}`)).status, 400);
    });

    test('nothing without a token', async () => {
      const response = await fetch(`${url}api/v1/media/${messages[0].fileName}/download`);
      assert.equal(response.status, 401);
    });

    const names = ['..%2f..%2fetc%2fpasswd', '17', 'x'.repeat(60), `${'0'.repeat(8)}.jpg`, 'a.jpg%00'];
    for (const name of names) {
      test(`no path comes from outside: ${name.slice(0, 30)}`, async () => {
        const { response, bytes } = await download(name);
        assert.deepEqual([response.status, codeOf(bytes)], [400, 'invalid_params']);
      });
    }

    /** Gives the last photo's row another path for a while. */
    async function withPath(/** @type {string} */ path, /** @type {() => Promise<void>} */ work) {
      const { id } = messages[4];
      const set = 'UPDATE media_objects SET local_path = $2 WHERE message_id = $1';
      const [{ local_path: before }] = await context.database.query(
        'SELECT local_path FROM media_objects WHERE message_id = $1',
        [id],
      );
      await context.database.query(set, [id, path]);
      await work();
      await context.database.query(set, [id, before]);
    }

    test('nor does a row lead out of the folder', async () => {
      const outside = await mkdtemp(join(tmpdir(), 'chatlarder-outside-'));
      await writeFile(join(outside, 'secret'), BYTES);
      await symlink(outside, join(folder, 'linked'));
      await symlink(join(outside, 'secret'), join(folder, 'linked-file'));
      const back = `../${outside.split('/').at(-1)}/secret`;
      for (const path of [back, 'linked/secret', 'linked-file', 'nowhere/at-all']) {
        await withPath(path, async () => {
          const { response, bytes } = await download(messages[4].fileName);
          assert.ok([410, 500].includes(response.status), `${path}: ${response.status}`);
          assert.match(codeOf(bytes), /^(media_gone|internal_error)$/);
        });
      }
      await rm(outside, { recursive: true });
    });

    test('a file that isn’t as long as it was', async () => {
      const [{ local_path: path }] = await context.database.query(
        'SELECT local_path FROM media_objects WHERE message_id = $1',
        [messages[3].id],
      );
      await truncate(join(folder, path), SIZE - 1);
      const { response, bytes } = await download(messages[3].fileName);
      assert.deepEqual([response.status, codeOf(bytes)], [410, 'media_gone']);
    });

    test('what a deleted message carried', async () => {
      const customer = clientOf(url, 'customer-token');
      const { id, fileName } = messages[2];
      assert.equal((await download(fileName)).response.status, 200);
      assert.equal((await customer.delete(`/chats/${chatId}/messages/${id}`)).status, 204);
      assert.equal((await download(fileName)).response.status, 404);
      const kept = await readdir(join(folder, 'phone/rear/2024-03-01'));
      assert.ok(!kept.some((name) => name.startsWith(id)));
      assert.equal((await customer.delete(`/chats/${chatId}/messages/${id}`)).status, 204);
    });
  });

  describe('what a device captured', () => {
    test('newest capture first, page by page', async () => {
      const seen = [];
      for (let cursor = null, more = true; more;) {
        const query = new URLSearchParams({ limit: '2', ...(cursor ? { cursor } : {}) });
        const { body } = await agent.get(`/devices/phone/media?${query}`);
        assert.ok(body.media.length <= 2);
        seen.push(...body.media);
        ({ cursor, hasMore: more } = body);
        assert.equal(cursor !== null, more);
      }
      const sequences = [7, 6, 5, 4, 2, 1];
      assert.deepEqual(
        seen.map(({ messageId }) => messageId),
        sequences.map((seq) => messages[seq - 1].id),
      );
      const times = seen.map(({ capturedAt }) => capturedAt);
      assert.deepEqual(times, times.toSorted().reverse());
    });

    test('a device without any, or with none of one’s own chats', async () => {
      await context.database.query("UPDATE media_objects SET device_id = 'foreign' WHERE chat_id = $1", [
        uuidOf('chat:foreign'),
      ]);
      for (const device of ['nobodys', 'foreign', '..', "x' OR 1=1"]) {
        const { status, body } = await agent.get(`/devices/${encodeURIComponent(device)}x/media`);
        assert.deepEqual([status, body.code], [404, 'media_not_found']);
      }
      assert.equal((await agent.get('/devices/foreign/media')).status, 404);
    });

    test('cursors that aren’t ours', async () => {
      const forged = (/** @type {unknown} */ value) =>
        Buffer.from(JSON.stringify(value)).toString('base64url');
      const cursors = ['x', forged([]), forged(['2024-13-99T99:99:99.999Z', crypto.randomUUID()])];
      for (const cursor of [...cursors, forged(['infinity', crypto.randomUUID()])]) {
        const { status, body } = await agent.get(`/devices/phone/media?cursor=${cursor}`);
        assert.deepEqual([status, body.code], [400, 'invalid_cursor'], cursor);
      }
    });
  });

  describe('faults of a download', () => {
    /** @param {object} fault */
    const setFault = (fault) =>
      fetch(`${url}test/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      });
    const match = '/download$';
    after(() => setFault({}));

    /** What arrives, and whether the end was one. @param {Record<string, string>} [headers] */
    async function received(headers = {}) {
      const response = await fetch(`${url}api/v1/media/${messages[0].fileName}/download`, {
        headers: { authorization: 'Bearer agent-token', ...headers },
      });
      const parts = [];
      try {
        for await (const part of /** @type {any} */ (response.body)) parts.push(part);
        return { bytes: Buffer.concat(parts), isWhole: true, response };
      } catch {
        return { bytes: Buffer.concat(parts), isWhole: false, response };
      }
    }

    test('cutAfter: so many bytes, then the connection ends; the rest comes by range', async () => {
      await setFault({ match, cutAfter: 4000, times: 1 });
      const first = await received();
      assert.deepEqual([first.bytes.length, first.isWhole], [4000, false]);
      assert.equal(first.response.headers.get('content-length'), String(SIZE));
      const rest = await received({ range: `bytes=${first.bytes.length}-`, 'if-range': ETAG });
      assert.deepEqual(Buffer.concat([first.bytes, rest.bytes]), Buffer.from(BYTES));
    });

    test('wrongBytes: as many, and none of them right', async () => {
      await setFault({ match, wrongBytes: true });
      const { bytes, isWhole, response } = await received();
      assert.deepEqual([bytes.length, isWhole, response.headers.get('etag')], [SIZE, true, ETAG]);
      assert.ok(bytes.every((byte, index) => byte !== BYTES[index]));
    });

    test('truncate: shorter, and properly ended', async () => {
      await setFault({ match, truncate: 9_999 });
      const { bytes, isWhole, response } = await received();
      assert.deepEqual([bytes.length, isWhole], [9_999, true]);
      assert.equal(response.headers.get('content-length'), '9999');
    });

    test('append: longer, and properly ended', async () => {
      await setFault({ match, append: 5 });
      const { bytes, isWhole, response } = await received();
      assert.deepEqual([bytes.length, isWhole], [SIZE + 5, true]);
      assert.equal(response.headers.get('content-length'), String(SIZE + 5));
    });

    test('stallAfter: nothing more until the fault is cleared', async () => {
      await setFault({ match, stallAfter: 3000 });
      const response = await fetch(`${url}api/v1/media/${messages[0].fileName}/download`, {
        headers: { authorization: 'Bearer agent-token' },
      });
      const reader = /** @type {ReadableStream} */ (response.body).getReader();
      let length = 0;
      while (length < 3000) length += (await reader.read()).value.length;
      assert.equal(length, 3000);
      await setFault({});
      for (let part = await reader.read(); !part.done; part = await reader.read())
        length += part.value.length;
      assert.equal(length, SIZE);
    });

    test('a status, and JSON that is cut', async () => {
      await setFault({ match, status: 503, retryAfter: '7' });
      assert.equal((await download(messages[0].fileName)).response.headers.get('retry-after'), '7');
      await setFault({ match: '/me$', cutAfter: 5 });
      await assert.rejects(agent.get('/me'));
    });
  });
}
