import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { uuidOf } from '../../web-demo/server/uuid.mjs';
import { clientOf } from './support/client.mjs';
import { ENGINES } from './support/engines.mjs';
import { openEvents } from './support/event-stream.mjs';
import { record, upTo } from './support/records.mjs';

const MAIN = fileURLToPath(new URL('../../web-demo/server/main.mjs', import.meta.url));

/**
 * Runs the server's program until it listens or ends.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
async function run(args, env) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, PORT: '0', ...env } });
  /** @type {string[]} */
  const lines = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal, errors }));
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Listening on ')) break;
  }
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    return exited;
  };
  return { lines, url: lines.at(-1)?.replace('Listening on ', '') ?? '', stop, exited };
}

describe('the program', () => {
  let folder = '';
  let data = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatlarder-process-'));
    data = join(folder, 'sample.ndjson');
    await writeFile(
      data,
      upTo(5)
        .map((seq) => JSON.stringify(record('kept', seq)))
        .join('\n'),
    );
  });
  after(() => rm(folder, { recursive: true }));

  test('a restart keeps everything, after SIGTERM as after SIGKILL', { timeout: 120_000 }, async () => {
    const env = { DATA_DIR: join(folder, 'data') };
    const id = uuidOf('chat:kept');
    const keys = upTo(3).map(() => crypto.randomUUID());

    const first = await run(['--data', data], env);
    assert.match(first.lines[0], /^Loaded 5 messages in 1 chats \(from .*sample\.ndjson, [0-9.]+ s\)$/);
    assert.match(first.lines[1], /^Listening on http:\/\/127\.0\.0\.1:[0-9]+\/$/);
    let agent = clientOf(first.url);
    assert.equal((await fetch(`${first.url}test/requests`)).status, 404);
    const { body: sent } = await agent.send(id, 'sent before the end', keys[0]);
    const { cursor } = await agent.chats();
    const { revision } = await agent.messages(id);
    await agent.patch(`/chats/${id}/messages/${sent.id}`, { content: 'edited before the end' });
    const before = await agent.messages(id);

    const rival = await run([], env);
    assert.match((await rival.exited).errors, /in use by another server/);
    const stream = await openEvents(first.url, 'agent-token');
    assert.deepEqual(await first.stop('SIGTERM'), { code: 0, signal: null, errors: '' });
    assert.equal((await stream.next())?.event, 'hello');
    assert.equal(await stream.next(), null);

    const second = await run(['--data', data, '--generate', '2,3'], env);
    assert.match(second.lines[0], /^Loaded 0 messages in 0 chats; 5 were there already/);
    assert.match(second.lines[1], /^Loaded 6 messages in 2 chats/);
    agent = clientOf(second.url);
    assert.deepEqual(await agent.messages(id), before);
    assert.equal((await agent.send(id, 'a retry', keys[0])).status, 200);
    const delta = await agent.messages(id, { afterSequence: sent.sequenceNumber, sinceRevision: revision });
    assert.deepEqual(
      delta.messages.map((/** @type {any} */ message) => message.content),
      ['edited before the end'],
    );
    assert.equal((await agent.chats({ cursor })).chats.length, 3);
    await agent.send(id, 'sent before the kill', keys[1]);
    const { messages: madeUp } = await agent.messages(uuidOf('chat:generated-1'));
    const film = madeUp.find((/** @type {any} */ { fileMimeType }) => fileMimeType === 'video/mp4');
    await second.stop('SIGKILL');

    const third = await run([], { ...env, FAULTS: '1' });
    agent = clientOf(third.url);
    assert.equal((await fetch(`${third.url}test/requests`)).status, 200);
    assert.equal((await agent.messages(id)).messages.at(-1).content, 'sent before the kill');
    const { status, headers } = await agent.request('HEAD', `/media/${film.fileName}/download`);
    assert.deepEqual([status, headers.get('content-length')], [200, String(film.fileSize)]);
    assert.equal((await agent.send(id, 'a retry', keys[1])).status, 200);
    const { body: next } = await agent.send(id, 'and on', keys[2]);
    assert.equal(next.sequenceNumber, sent.sequenceNumber + 2);
    assert.equal((await third.stop('SIGINT')).code, 0);
  });

  for (const { name, skip, keep } of ENGINES) {
    const title = `a key is known after the server was killed, on ${name}`;
    test(title, { skip, timeout: 120_000 }, async () => {
      const { env, stop } = await keep();
      try {
        await sendAcrossRestarts({ ...env, FAULTS: '1' });
      } finally {
        await stop();
      }
    });
  }

  /** @param {Record<string, string>} env */
  async function sendAcrossRestarts(env) {
    const id = uuidOf('chat:kept');
    const [lost, cut] = [keysOf('lost reply', 8), keysOf('cut off', 40)];

    const first = await run(['--data', data], env);
    await setFault(first.url, { dropReply: 1, method: 'POST', match: '/messages$' });
    const unanswered = await sendAll(first.url, id, lost);
    assert.deepEqual(unanswered, Array(8).fill(null));
    await first.stop('SIGKILL');

    const second = await run([], env);
    const answered = await sendAll(second.url, id, [...lost, ...lost]);
    assert.ok(answered.every((answer) => answer?.status === 200));
    const sending = sendAll(second.url, id, cut, () => second.stop('SIGKILL'));
    const beforeTheEnd = await sending;
    assert.ok(beforeTheEnd.some((answer) => answer?.status === 201));
    await second.exited;

    const third = await run([], env);
    const again = await sendAll(third.url, id, cut);
    for (const [index, answer] of beforeTheEnd.entries()) {
      if (!answer) continue;
      assert.equal(again[index]?.status, 200);
      assert.deepEqual(again[index]?.body, answer.body);
    }
    const { messages } = await clientOf(third.url).messages(id, { limit: 1000 });
    const sent = messages.slice(5).map((/** @type {any} */ message) => message.clientTempId);
    assert.deepEqual(sent.sort(), [...lost, ...cut].map(({ key }) => key).sort());
    await third.stop('SIGTERM');
  }

  test('a busy port is named at once', async () => {
    const holder = createServer();
    await once(holder.listen(0, '127.0.0.1'), 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (holder.address());
    const { exited } = await run([], { PORT: String(port) });
    const { code, errors } = await exited;
    assert.equal(code, 1);
    assert.equal(errors, `Port ${port} is in use. Stop what listens there, or set PORT to another number.\n`);
    holder.close();
  });

  const misuses = /** @type {[string[], Record<string, string>, RegExp][]} */ ([
    [['--what'], {}, /Unknown option '--what'[^]*Usage: /],
    [['--generate', '5'], {}, /--generate wants CHATS,MESSAGES/],
    [['--generate', '9999,9999'], {}, /at most 5000000 messages/],
    [['--data', '/nowhere.ndjson'], {}, /There is no file \/nowhere\.ndjson\./],
    [[], { PORT: 'http' }, /PORT must be a whole number/],
  ]);
  for (const [args, env, message] of misuses) {
    test(`misuse: ${args.join(' ')} ${JSON.stringify(env)}`, async () => {
      const { exited } = await run(args, env);
      const { code, errors } = await exited;
      assert.equal(code, 1);
      assert.match(errors, message);
      assert.doesNotMatch(errors, /\n {4}at /);
    });
  }
});

/** @param {string} text @param {number} count */
function keysOf(text, count) {
  return upTo(count).map((number) => ({ content: `${text} ${number}`, key: crypto.randomUUID() }));
}

/**
 * Sends all at once. An answer that never came is null.
 *
 * @param {string} url
 * @param {string} requestId
 * @param {{ content: string, key: string }[]} messages
 * @param {() => void} [onAnswer]
 */
async function sendAll(url, requestId, messages, onAnswer = () => {}) {
  const agent = clientOf(url);
  const sendOne = async (/** @type {{ content: string, key: string }} */ { content, key }) => {
    const answer = await agent.send(requestId, content, key).catch(() => null);
    if (answer) onAnswer();
    return answer;
  };
  return Promise.all(messages.map(sendOne));
}

/** @param {string} url @param {object} fault */
async function setFault(url, fault) {
  const body = JSON.stringify(fault);
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${url}test/faults`, { method: 'POST', headers, body });
  assert.equal(status, 204);
}
