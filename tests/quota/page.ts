/** What the page of the quota test does; world.mjs serves it, and hears its reports. */
import { httpTransport, openLarder, type CachedMessage, type Chat, type Larder } from 'chatlarder';
import { sha256Of } from '../bench/pages/support/files.js';
import { countAll, type Counted } from './recount.js';
import { readChat } from '../kill/chat-reader.js';

/** A function that the test process puts into the page. */
declare const report: (text: string) => void;

/** A file as the server has it. */
export interface ServerFile {
  requestId: string;
  filename: string;
  size: number;
  sha256: string;
}

export type Report =
  /** A file was got, with the right bytes; `again`: it had been got before. */
  | { kind: 'got'; again: boolean }
  /** `send()` has resolved. */
  | { kind: 'acknowledged'; requestId: string; id: string; content: string }
  | { kind: 'quota'; level: string; notKept?: string }
  | { kind: 'problem'; text: string };

/** What the device has in the end. */
export interface Ending {
  shown: CachedMessage[][];
  /** Operations that still wait. */
  waiting: number;
  /** Files that lie here with all their bytes. */
  kept: string[];
  stats: Counted & { cacheHits: number; cacheMisses: number; totalSize: number };
  recounted: Counted;
  estimate: { usage: number; quota: number };
  wrong: string[];
}

const LANES = 6;
const SEND_EVERY = 4;
const AGAIN_EVERY = 5;

const tell = (message: Report) => report(JSON.stringify(message));
const idOf = ({ requestId, filename }: ServerFile) => `${requestId}:${filename}`;

let larder: Larder;
let gets = 0;

/** Opens the larder, and each of its chats from the first message on. */
export async function begin({ userId }: { userId: string }): Promise<void> {
  larder = await openLarder({
    userId,
    transport: httpTransport({ baseUrl: '/api/v1' }),
    credentials: () => 'customer-token',
  });
  larder.addEventListener('error', (event) => {
    const { code, reason } = (event as CustomEvent<{ code: string; reason?: string }>).detail;
    tell({ kind: 'problem', text: `an error event: ${code} ${reason}` });
  });
  larder.addEventListener('quota', (event) => {
    const { level, notKept } = (event as CustomEvent<{ level: string; notKept?: string }>).detail;
    tell({ kind: 'quota', level, ...(notKept ? { notKept } : {}) });
  });
  await larder.sync();
  for (const { requestId } of await larder.chats()) await fillGaps(larder.chat(requestId));
  const [first] = await larder.chats();
  larder.chat(first!.requestId).watch({ limit: 20 }, () => {});
}

/** Fetches a chat as far back as it goes. */
async function fillGaps(chat: Chat): Promise<void> {
  await chat.sync();
  for (;;) {
    const known = (await larder.chats()).find(({ requestId }) => requestId === chat.requestId);
    const gap = known?.knownGaps.at(-1);
    if (!gap) return;
    await chat.fill(gap);
  }
}

/** Gets all files, several at once, some of them twice, and writes messages meanwhile. */
export async function download({ files, chats }: { files: ServerFile[]; chats: string[] }): Promise<number> {
  const waiting = [...files.entries()];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [number, file] = next;
      await getOne(file, false);
      if (number % AGAIN_EVERY === 0) await getOne(number % 2 ? files[number >> 1]! : file, true);
      if (number % SEND_EVERY === 0) await sendOne(chats[number % chats.length]!, number);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return gets;
}

async function getOne(file: ServerFile, again: boolean): Promise<void> {
  gets += 1;
  try {
    const blob = await larder.media.get(file.requestId, file.filename);
    const sha256 = await sha256Of(await blob.arrayBuffer());
    if (sha256 === file.sha256) tell({ kind: 'got', again });
    else tell({ kind: 'problem', text: `${idOf(file)} has ${blob.size} wrong bytes` });
  } catch (error) {
    tell({ kind: 'problem', text: `get() of ${idOf(file)} (${file.size}): ${String(error)}` });
  }
}

async function sendOne(requestId: string, number: number): Promise<void> {
  const content = `${number} written while files come`;
  try {
    const { id, durable } = await larder.chat(requestId).send({ content });
    if (durable) tell({ kind: 'acknowledged', requestId, id, content });
    else tell({ kind: 'problem', text: `message ${number} is not durable` });
  } catch (error) {
    tell({ kind: 'problem', text: `send() of message ${number}: ${String(error)}` });
  }
}

/** Gets files until each is stored: what the browser has let go of, the cache learns only after a while. */
export async function store({ files }: { files: ServerFile[] }): Promise<void> {
  for (const file of files) {
    do await getOne(file, true);
    while (!(await keptFiles()).includes(idOf(file)));
  }
}

/**
 * Waits until everything has been sent and counted, and tells what is here then. First it writes: the browser
 * lets a transaction go beyond the quota by a file, and no further one with it.
 */
export async function end({ chats }: { chats: string[] }): Promise<Ending> {
  await sendOne(chats[0]!, -1);
  await outboxEmpty();
  await Promise.all(chats.map((requestId) => larder.chat(requestId).sync()));
  const shown = await Promise.all(chats.map((requestId) => readChat(larder.chat(requestId))));
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return {
    shown,
    waiting: (await larder.outbox.list()).length,
    kept: await keptFiles(),
    stats: await countedStats(),
    recounted: await countAll(larder.databaseName),
    estimate: { usage, quota },
    wrong: (await larder.verify()).problems.map((problem) => JSON.stringify(problem)),
  };
}

function outboxEmpty(): Promise<void> {
  return new Promise((resolve) => {
    larder.outbox.watch((operations) => {
      if (operations.length === 0) resolve();
    });
  });
}

async function keptFiles(): Promise<string[]> {
  const entries = await larder.media.list();
  return entries.filter(({ localBlobKey }) => localBlobKey !== null).map(({ id }) => id);
}

/** The statistics once every get has been counted: hits are told in batches. */
async function countedStats(): Promise<Ending['stats']> {
  for (;;) {
    const stats = await larder.stats();
    if (stats.cacheHits + stats.cacheMisses >= gets) return stats;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** Starts a worker with an error that nobody handles. */
export function failInWorker(): void {
  new Worker('/failing.js', { type: 'module' });
}
