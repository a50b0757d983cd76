/** What the page of the kill test does; world.mjs serves it, browser.mjs calls it and hears its reports. */
import { httpTransport, openLarder, type CachedMessage, type Chat, type Larder } from 'chatlarder';
import { randomBelow, randomFrom } from '../bench/pages/support/random.js';
import { readChat } from './chat-reader.js';

/**
 * A function that the test process puts into the page. It needs no network, and what it was given has left
 * the page's process when it returns.
 */
declare const report: (text: string) => void;

export type Report =
  /** `send()` has resolved. `number` counts a round's messages of one chat in the order they were written. */
  | { kind: 'acknowledged'; chat: number; number: number; id: string; content: string }
  | { kind: 'problem'; text: string }
  /** What the outbox held when the page was opened; operations under way are those whose call was cut off. */
  | { kind: 'found'; waiting: number; underWay: number }
  /** Operations that wait, and those that the larder has given up: these are being tried again. */
  | { kind: 'left'; waiting: number; failed: string[] };

export interface Task {
  userId: string;
  /** The ids of the chats that are written to. */
  chats: string[];
  round: number;
  seed: number;
  /** The one chat that this page writes to; not given: all. */
  own?: number;
}

const BURST_MAX = 8;
const REST_MS_MAX = 250;
const WORDS = [
  'screen',
  'café',
  'reboot',
  '🦊',
  '"quoted"',
  'back\\slash',
  'line\nbreak',
  'العربية',
  '\u0001',
];

const tell = (message: Report) => report(JSON.stringify(message));

function open(userId: string): Promise<Larder> {
  return openLarder({
    userId,
    transport: httpTransport({ baseUrl: '/api/v1' }),
    credentials: () => 'customer-token',
  });
}

let larder: Larder;
let stopped = false;
const writers: Promise<void>[] = [];

/** Opens the larder; its scripts are loaded and its core is there when this resolves. */
export async function begin({ userId }: Task): Promise<void> {
  larder = await open(userId);
  const operations = await larder.outbox.list();
  const underWay = operations.filter(({ status }) => status === 'syncing').length;
  tell({ kind: 'found', waiting: operations.length, underWay });
  await larder.sync().catch(() => {}); // Without a network there is an answer too.
}

/** Writes into all its chats at once, until the browser is killed or it is to stop. */
export function write({ chats, round, seed, own }: Task): void {
  chats.forEach((requestId, chat) => {
    const random = randomFrom(seed + chat);
    larder.chat(requestId).watch({ limit: 20 }, () => {});
    if (own === undefined || own === chat)
      writers.push(writeInto(larder.chat(requestId), { chat, round }, random));
  });
}

/** Resolves when what was begun to be written is acknowledged. */
export async function stop(): Promise<void> {
  stopped = true;
  await Promise.all(writers);
}

/** The database's name, which the lock of who leads has, too. */
export const databaseName = (): string => larder.databaseName;

/** One message after the other as fast as it can, some of them without waiting; now and then it rests. */
async function writeInto(
  target: Chat,
  place: { chat: number; round: number },
  random: () => number,
): Promise<void> {
  for (let number = 1; !stopped;) {
    const burst = 1 + randomBelow(random, BURST_MAX);
    const waits = random() < 0.5;
    const sending: Promise<void>[] = [];
    for (const end = number + burst; number < end; number += 1) {
      sending.push(sendOne(target, { ...place, number }, random));
      if (waits) await sending.at(-1);
    }
    await Promise.all(sending);
    await new Promise((resolve) => setTimeout(resolve, randomBelow(random, REST_MS_MAX)));
  }
}

async function sendOne(
  target: Chat,
  { chat, round, number }: { chat: number; round: number; number: number },
  random: () => number,
): Promise<void> {
  const words = Array.from(
    { length: randomBelow(random, 12) },
    () => WORDS[randomBelow(random, WORDS.length)],
  );
  const content = `${round}.${number} ${words.join(' ')}`;
  try {
    const { id, durable } = await target.send({ content });
    if (durable) tell({ kind: 'acknowledged', chat, number, id, content });
    else tell({ kind: 'problem', text: `message ${content} is not durable` });
  } catch (error) {
    tell({ kind: 'problem', text: `send() of ${content}: ${String(error)}` });
  }
}

/** Waits until everything has been sent. */
export async function drain(): Promise<void> {
  await new Promise<void>((resolve) => {
    larder.outbox.watch((operations) => {
      const failed = operations.filter(({ status }) => status === 'failed');
      const reasons = failed.map(({ id, lastError }) => `${id}: ${lastError}`);
      tell({ kind: 'left', waiting: operations.length - failed.length, failed: reasons });
      if (failed.length) void larder.outbox.retryAll();
      if (operations.length === 0) resolve();
    });
  });
}

/** What this device shows of the chats, oldest first, and what is wrong with how it is stored. */
export async function readAll({ chats }: Task): Promise<{ shown: CachedMessage[][]; wrong: string[] }> {
  await Promise.all(chats.map((requestId) => fillGaps(requestId)));
  const shown = await Promise.all(chats.map((requestId) => readChat(larder.chat(requestId))));
  const { problems } = await larder.verify();
  return { shown, wrong: problems.map((problem) => JSON.stringify(problem)) };
}

/** Fetches what the device knows that it doesn't have. */
async function fillGaps(requestId: string): Promise<void> {
  const chat = larder.chat(requestId);
  await chat.sync();
  for (;;) {
    const known = (await larder.chats()).find((summary) => summary.requestId === requestId);
    const gap = known?.knownGaps.at(-1);
    if (!gap) return;
    await chat.fill(gap);
  }
}
