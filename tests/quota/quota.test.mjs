/**
 * Far more files than the browser has room for are downloaded, while messages come and go: every file is
 * handed out with its own bytes, every message is kept, and what is stored stays within the browser's quota.
 *
 * Needs a built dist/.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openBrowser } from '../kill/browser.mjs';
import { gate, watchdog } from '../kill/waiting.mjs';
import { quotaBytes, startWorld } from './world.mjs';

/** So long nothing may happen. */
const STILL_MS_MAX = 30_000;
/** So many files are got in the end. */
const AFTERWARDS = 10;

describe('with a quota of 20 MiB', () => {
  /** @type {import('./world.mjs').World} */
  let world;
  let browser;
  /** @type {import('./page.js').Report[]} */
  const reports = [];
  /** @type {import('./page.js').Ending} */
  let ending;
  let gets = 0;
  let histories;
  const planted = gate();

  const ofKind = (kind) => reports.filter((report) => report.kind === kind);

  before(async () => {
    world = await startWorld();
    const dog = watchdog(STILL_MS_MAX, 'nothing was downloaded any more');
    const posts = [];
    browser = await openBrowser(
      world,
      (report) => {
        dog.touch();
        reports.push(report);
        if (report.kind === 'got') posts.push(world.post());
        if (report.text?.includes('planted')) planted.open();
      },
      { quotaBytes },
    );
    const run = async () => {
      await browser.call('begin', world.task);
      gets = await browser.call('download', world.task);
      await Promise.all(posts);
      ending = await browser.call('end', world.task);
      histories = await world.histories();
    };
    try {
      await Promise.race([run(), dog.bitten]);
    } finally {
      dog.stop();
      for (const { text } of ofKind('problem').slice(0, 20)) console.log(text);
    }
  });
  after(async () => {
    await browser?.close();
    await world?.end();
  });

  it('no error was left unhandled, in the page or its worker, and nothing else was wrong', () => {
    assert.deepEqual(ofKind('problem'), []);
  });

  it('every get was answered with the right bytes', () => {
    const got = ofKind('got');
    assert.equal(got.length, gets);
    assert.equal(got.filter(({ again }) => !again).length, world.task.files.length);
  });

  it('all messages are there', () => {
    const shown = ending.shown.map((messages) => messages.map(({ id, content }) => [id, content]));
    assert.deepEqual(
      shown,
      histories.map((messages) => messages.map(({ id, content }) => [id, content])),
    );
    assert.ok(shown.every((messages) => messages.some(([, content]) => /another user/.test(content))));
  });

  it('what was written has been sent, once', () => {
    const written = ofKind('acknowledged').map(({ id, content }) => [id, content]);
    const own = histories
      .flat()
      .filter(({ clientTempId }) => clientTempId && written.some(([id]) => id === clientTempId));
    assert.equal(ending.waiting, 0);
    assert.ok(written.length > 10);
    assert.deepEqual(own.map(({ clientTempId, content }) => [clientTempId, content]).sort(), written.sort());
  });

  it('the cache is within what the browser gives, and of use', () => {
    const { estimate, stats } = ending;
    for (const bytes of [estimate.usage, stats.totalSize]) assert.ok(bytes <= quotaBytes, `${bytes} bytes`);
    assert.ok(stats.cacheHits > 0);
  });

  it('the page was told that there is little room, and of the file that is too large to be kept', () => {
    const quotas = ofKind('quota');
    const { requestId, filename } = world.task.files.find(({ size }) => size > quotaBytes);
    assert.ok(quotas.some(({ level }) => level !== 'normal'));
    assert.ok(quotas.some(({ notKept }) => notKept === `${requestId}:${filename}`));
    assert.ok(!ending.kept.includes(`${requestId}:${filename}`));
  });

  it('the statistics are what a recount gives', () => {
    const { recounted, stats } = ending;
    const named = Object.fromEntries(Object.keys(recounted).map((name) => [name, stats[name]]));
    assert.deepEqual(named, recounted);
    assert.equal(stats.cacheHits + stats.cacheMisses, gets);
    assert.equal(stats.mediaCount, ending.kept.length);
  });

  it('verify() finds nothing wrong', () => {
    assert.deepEqual(ending.wrong, []);
  });

  it(
    'files that are asked for when the page has let go of the others are stored',
    { timeout: STILL_MS_MAX },
    async () => {
      const small = world.task.files.filter(({ size }) => size < 500_000).slice(0, AFTERWARDS);
      await browser.collectGarbage();
      await browser.call('store', { files: small });
    },
  );

  it('an error in a worker would have been seen', { timeout: STILL_MS_MAX }, async () => {
    await browser.call('failInWorker');
    await planted.opened;
  });
});
