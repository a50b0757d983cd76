import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { generateMessages } from '../../../web-demo/server/generate.mjs';
import { readMessageFile, titleOf } from '../../../web-demo/server/load-file.mjs';
import { loadMessages } from '../../../web-demo/server/load.mjs';
import { uuidOf } from '../../../web-demo/server/uuid.mjs';

const line = (/** @type {string} */ chat, /** @type {any} */ seq, more = {}) =>
  JSON.stringify({
    chat,
    seq,
    time: `2004-11-15T0${seq % 10}:00:00Z`,
    nick: 'Ada',
    text: `text ${seq}`,
    ...more,
  });

const LINES = [
  line('2004-11-15_03', 1),
  line('2004-11-15_03', 2, { text: 'it’s \\ "quoted" 🦊\n\ttwo lines', nick: 'agent' }),
  line('2004-11-15_03', 4, { time: '2004-11-15T01:00:00Z' }),
  line('2004-11-15_03', 4, { text: 'the number again' }),
  line('other', 1, { time: '2004-11-16T00:00:00+02:00' }),
  line('2004-11-15_03', 5, { text: '' }),
  line('2004-11-15_03', 6, { text: 'x'.repeat(10_001) }),
  line('2004-11-15_03', 7, { text: '🦊'.repeat(10_000) }),
  line('2004-11-15_03', 8, { text: 'a\u0000b' }),
  '{"chat":"2004-11-15_03","seq":9,"time":"2004-11-15T09:00:00Z","nick":"Ada","text":"\\ud800"}',
  'no JSON',
  '17',
  '',
  line('2004-11-15_03', 0),
  line('2004-11-15_03', 1.5),
  line('', 10),
  line('2004-11-15_03', 11, { time: 'yesterday' }),
  line('2004-11-15_03', 12, { time: '2004-13-45T99:00:00Z' }),
  line('2004-11-15_03', 13, { nick: null }),
  line('2004-11-15_03', 14, { text: 5 }),
];
const SKIPPED = { repeated: 1, empty: 1, 'too long': 1, 'not storable': 2, invalid: 9 };

/** @param {import('../api.test.mjs').Context} context */
export function loadSuite(context) {
  let folder = '';
  const plain = () => join(folder, 'ubuntu-support.ndjson');
  const zipped = () => join(folder, 'ubuntu-support.ndjson.gz');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatlarder-load-'));
    await writeFile(plain(), LINES.join('\n'));
    await writeFile(zipped(), gzipSync(`${LINES.join('\r\n')}\r\n`));
  });
  after(() => rm(folder, { recursive: true }));

  test('a file is loaded as it is; what is no message is skipped and counted', async () => {
    const report = await loadMessages(context.database, readMessageFile(zipped()));
    assert.deepEqual(report, { chats: 2, messages: 5, known: 0, skipped: SKIPPED });
    const id = uuidOf('chat:2004-11-15_03');
    const page = await context.agent.messages(id);
    assert.deepEqual(
      page.messages.map((/** @type {any} */ message) => [
        message.sequenceNumber,
        message.content.slice(0, 20),
      ]),
      [
        [1, 'text 1'],
        [2, 'it’s \\ "quoted" 🦊\n\ttwo lines'.slice(0, 20)],
        [4, 'text 4'],
        [7, '🦊'.repeat(10)],
      ],
    );
    assert.deepEqual([page.lastSequence, page.totalMessageCount], [7, 4]);
    assert.equal(page.messages[2].createdAt, '2004-11-15T01:00:00.000Z');
    assert.deepEqual(page.messages[1].sender, {
      id: uuidOf('nick:agent'),
      username: 'agent',
      fullName: null,
      isTechnician: false,
    });
    assert.equal(page.messages[0].id, uuidOf('message:1:2004-11-15_03'));
  });

  test('both demo users are members, and the list has titles and activity', async () => {
    for (const client of [context.agent, context.customer]) {
      const { chats } = await client.chats();
      assert.deepEqual(
        chats.map((/** @type {any} */ chat) => [chat.title, chat.lastActivityAt]),
        [
          ['other', '2004-11-15T22:00:00.000Z'],
          ['#ubuntu, 15 Nov 2004, part 03', '2004-11-15T07:00:00.000Z'],
        ],
      );
    }
  });

  test('loading again adds nothing and touches nothing', async () => {
    const id = uuidOf('chat:2004-11-15_03');
    await context.agent.send(id, 'meanwhile');
    const before = await context.agent.messages(id);
    const { cursor } = await context.agent.chats();
    const report = await loadMessages(context.database, readMessageFile(plain()));
    const { repeated: _, ...skipped } = SKIPPED;
    assert.deepEqual(report, { chats: 0, messages: 0, known: 6, skipped });
    assert.deepEqual(await context.agent.messages(id), before);
    assert.deepEqual((await context.agent.chats({ cursor })).chats, []);
  });

  test('a load that fails leaves nothing', async () => {
    async function* failing() {
      yield* generateMessages(2, 5);
      throw new Error('cut');
    }
    await assert.rejects(loadMessages(context.database, failing()), /cut/);
    assert.equal((await context.agent.chats()).chats.length, 2);
    await writeFile(join(folder, 'cut.ndjson.gz'), gzipSync(LINES.join('\n')).subarray(0, 60));
    await assert.rejects(
      loadMessages(context.database, readMessageFile(join(folder, 'cut.ndjson.gz'))),
      /can't be read/,
    );
  });

  test('made-up chats: all there, newest near now, a few unread, in the change feed', async () => {
    const { cursor } = await context.agent.chats();
    const report = await loadMessages(context.database, generateMessages(25, 40));
    assert.deepEqual(report, { chats: 25, messages: 1000, known: 0, skipped: {} });
    const fed = await context.agent.chats({ cursor });
    assert.equal(fed.chats.length, 25);
    const { chats } = await context.customer.chats();
    assert.ok(Date.now() - Date.parse(chats[0].lastActivityAt) < 300_000);
    assert.ok(chats.every((/** @type {any} */ chat) => Date.parse(chat.lastActivityAt) <= Date.now()));
    const made = new Set(fed.chats.map((/** @type {any} */ chat) => chat.requestId));
    const unread = chats.filter(
      (/** @type {any} */ chat) => made.has(chat.requestId) && chat.unreadCount > 0,
    );
    assert.equal(unread.length, 6);
    const page = await context.agent.messages(uuidOf('chat:generated-1'), { limit: 1000 });
    assert.deepEqual([page.messages.length, page.covers], [40, { from: 1, to: 40 }]);
    const again = await loadMessages(context.database, generateMessages(25, 40));
    assert.deepEqual([again.chats, again.known], [0, 1000]);
  });

  test('made-up text is always the same', () => {
    const texts = (/** @type {number} */ now) =>
      [...generateMessages(3, 30, now)].map(({ title, text }) => title + text);
    assert.deepEqual(texts(Date.now()), texts(0));
    assert.ok(new Set(texts(0)).size > 50);
  });

  test('titles are humane', () => {
    assert.equal(titleOf('2004-11-15_03', '#ubuntu'), '#ubuntu, 15 Nov 2004, part 03');
    assert.equal(titleOf('2008-04-27.train-a', '#ubuntu'), '#ubuntu, 27 Apr 2008, part A');
    assert.equal(titleOf('2008-04-27', '#ubuntu'), '#ubuntu, 27 Apr 2008');
    assert.equal(titleOf('2008-13-27_01', '#ubuntu'), '2008-13-27_01');
    assert.equal(titleOf('lobby', '#ubuntu'), 'lobby');
  });

  test('ids are UUIDs of version 5, as others make them', () => {
    const dns = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex');
    assert.equal(uuidOf('www.example.com', dns), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });
}
