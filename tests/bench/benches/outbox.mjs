/** The outbox: how long writing a message takes, and how long it takes to send what waits. */
import { clientOf } from '../../server/support/client.mjs';
import { compare, joined, skips } from '../comparison.mjs';
import { startReferenceServer } from '../server.mjs';
import { orderOf, summaryOf } from '../statistics.mjs';
import { contenders, whoCanRun } from './contenders.mjs';

const size = { chats: 50, messages: 20 };
const sent = 200;
const perChat = 20;
const drained = size.chats * perChat;

const field = (name) => ({ args: { store: `/scripts/store-${name}.js` }, probe: contenders[name].probe });
const fieldWith = (script) => {
  const names = ['idb', 'dexie', 'rxdb', 'pouchdb', 'sqlite'];
  return Object.fromEntries(names.map((name) => [name, { script, ...field(name) }]));
};

const senders = {
  'bare put': { script: 'send-put', args: {} },
  naive: { script: 'send-store', ...field('naive') },
  ...fieldWith('send-store'),
  'chatlarder offline': { script: 'send-chatlarder', args: { network: 'offline' } },
  'chatlarder online': { script: 'send-chatlarder', args: { network: 'online' } },
};

const drainers = {
  'requests alone': { script: 'drain-requests', args: {} },
  'by hand': { script: 'drain-store', ...field('naive') },
  ...fieldWith('drain-store'),
  chatlarder: { script: 'drain-http', args: {} },
  'chatlarder, server in memory': { script: 'drain-memory', args: {} },
};

const each = (names) => Object.fromEntries(names.map((name) => [name, []]));

/** Both must have stored the same kind of rows. */
function checkMembers(results) {
  const [put, own] = ['bare put', 'chatlarder offline'].map((name) => JSON.stringify(results[name].members));
  if (put !== own) throw new Error(`the bare put stored\n${put}\nnot\n${own}`);
}

async function runSenders(browser, round, requestIds, results) {
  const ofRound = {};
  for (const name of orderOf(Object.keys(results), round)) {
    const { script, args } = senders[name];
    ofRound[name] = await browser.run(`/scripts/${script}.js`, { requestIds, messages: sent, ...args });
  }
  checkMembers(ofRound);
  for (const [name, result] of Object.entries(ofRound)) results[name].push(result);
}

async function runDrainers(browser, round, agent, requestIds, results) {
  for (const name of orderOf(Object.keys(results), round)) {
    const before = await countAll(agent);
    const { script, args } = drainers[name];
    results[name].push(await browser.run(`/scripts/${script}.js`, { requestIds, perChat, ...args }));
    const arrived = (await countAll(agent)) - before;
    const expected = script === 'drain-memory' ? 0 : drained;
    if (arrived !== expected) throw new Error(`${name}: ${arrived} of ${expected} messages arrived`);
  }
}

async function countAll(agent) {
  const { chats } = await agent.chats();
  return chats.reduce((sum, chat) => sum + chat.totalMessageCount, 0);
}

const timesOf = (results, key = 'ms') =>
  Object.fromEntries(Object.entries(results).map(([name, all]) => [name, all.map((result) => result[key])]));

/** What the median hides: of every twenty messages, how long the slowest took. */
function slowTable(results) {
  const rows = Object.entries(timesOf(results, 'slowMs')).map(([name, times]) => {
    const { median, min, max } = summaryOf(times);
    return [name, ...[median, min, max].map((ms) => ms.toFixed(2))];
  });
  const columns = ['', 'median ms', 'min', 'max'];
  return { title: 'outbox-send: the slowest of every twenty', columns, rows };
}

function sendOutcome(results) {
  const title = `outbox-send: until send() of one message resolves, ${sent} one after the other`;
  const samples = timesOf(results);
  const outcome = compare({ name: 'outbox-send', title, compare: 'time', samples, base: 'bare put' });
  const data = { 'outbox-send-slow': timesOf(results, 'slowMs') };
  return joined([outcome, { tables: [slowTable(results)], lines: [], data }]);
}

/** Time and requests for each operation. */
function requestsOutcome(results) {
  const figures = Object.entries(results).map(([name, all]) => {
    const [ms, sends, others] = ['ms', 'sends', 'others'].map(
      (key) => summaryOf(all.map((result) => result[key])).median / drained,
    );
    return { name, ms: ms.toFixed(2), sends: sends.toFixed(3), others: others.toFixed(3) };
  });
  const table = {
    title: `outbox-drain: for each of ${drained} operations, the median round`,
    columns: ['', 'ms', 'requests that send it', 'other requests'],
    rows: figures.map(({ name, ms, sends, others }) => [name, ms, sends, others]),
  };
  const lines = figures.map(
    ({ name, ms, sends, others }) =>
      `outbox-drain: ${name} ${ms} ms, ${sends} + ${others} requests an operation`,
  );
  return { tables: [table], lines, data: { 'outbox-drain-requests': results } };
}

function drainOutcome(results) {
  const title = `outbox-drain: ${drained} operations over ${size.chats} chats, to the reference server`;
  const { 'chatlarder, server in memory': _, ...others } = results;
  const samples = timesOf(others);
  const times = compare({ name: 'outbox-drain', title, compare: 'time', samples, base: 'requests alone' });
  return joined([requestsOutcome(results), times]);
}

/** @type {import('./index.mjs').Bench} */
export async function outbox({ rounds, pages, withBrowser }) {
  const server = await startReferenceServer(pages, size);
  const { names, skipped } = await whoCanRun(withBrowser, senders);
  const sending = each(names);
  const notSkipped = (name) => !skipped.some((other) => other.name === name);
  const draining = each(Object.keys(drainers).filter(notSkipped));
  try {
    const agent = clientOf(`${server.url}/`);
    const requestIds = (await agent.chats()).chats.map((chat) => chat.requestId);
    for (let round = 0; round < rounds; round += 1) {
      await withBrowser(async (browser) => {
        await runSenders(browser, round, requestIds, sending);
        await runDrainers(browser, round, agent, requestIds, draining);
      }, server.url);
    }
  } finally {
    await server.close();
  }
  return joined([sendOutcome(sending), drainOutcome(draining), skips('outbox', skipped)]);
}
