/** A larder over the benches' transport. */
import { moduleTransport, openLarder, type Larder, type LarderOptions } from 'chatlarder';
import { order } from './control.js';
import { chatId } from './messages.js';

export type Layout = NonNullable<LarderOptions['layout']>;

let larders = 0;

export interface BenchLarder {
  larder: Larder;
  /** Calls a function of pages/transport.ts. */
  server: <T>(method: string, ...args: unknown[]) => Promise<T>;
}

export interface BenchLarderOptions {
  userId: string;
  chats: number;
  layout: Layout;
  /** Whether the server tells of changes by itself. */
  live?: boolean;
  media?: NonNullable<LarderOptions['media']>;
}

/** Opens it over a server with so many empty chats, and waits until it knows them all. */
export async function openBenchLarder(options: BenchLarderOptions): Promise<BenchLarder> {
  const { userId, chats, layout, live = false, media = {} } = options;
  const channel = `bench-${userId}-${(larders += 1)}`;
  const query = new URLSearchParams({ chats: String(chats), channel, ...(live ? { live: 'yes' } : {}) });
  const transport = moduleTransport(`/scripts/transport.js?${query}`);
  const larder = await openLarder({ userId, transport, layout, media });
  await larder.sync();
  return { larder, server: (method, ...args) => order(channel, method, ...args) };
}

/** Opens it for files that are no pictures, though they say so; what their first use loads is there. */
export async function openFilesLarder(userId: string): Promise<BenchLarder> {
  const bench = await openBenchLarder({ userId, chats: 1, layout: 'blocks', media: { thumbnails: false } });
  await bench.larder.media.list(chatId(0));
  return bench;
}

/** Opens every chat once, so that the next `sync()` brings what is new in it. */
export async function knowAllChats(larder: Larder, requestIds: string[]): Promise<void> {
  await Promise.all(requestIds.map((requestId) => larder.chat(requestId).sync()));
}

function nextChange(larder: Larder): Promise<unknown> {
  return new Promise((resolve) => larder.addEventListener('change', resolve, { once: true }));
}

/** Resolves when the larder's chats say that so many messages are stored; asks after each change. */
export async function holds(larder: Larder, chats: number, messages: number): Promise<void> {
  for (;;) {
    const changed = nextChange(larder);
    const known = await larder.chats({ limit: chats });
    if (known.reduce((sum, { messageCount }) => sum + messageCount, 0) >= messages) return;
    await changed;
  }
}
