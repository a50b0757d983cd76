/** A larder over the benches' transport. */
import { moduleTransport, openLarder, type Larder } from 'chatlarder';
import { order } from './control.js';

let larders = 0;

export interface BenchLarder {
  larder: Larder;
  /** Calls a function of pages/transport.ts. */
  server: <T>(method: string, ...args: unknown[]) => Promise<T>;
}

/** Opens it over a server with so many empty chats, and waits until it knows them all. */
export async function openBenchLarder(userId: string, chats: number): Promise<BenchLarder> {
  const channel = `bench-${userId}-${(larders += 1)}`;
  const transport = moduleTransport(`/scripts/transport.js?chats=${chats}&channel=${channel}`);
  const larder = await openLarder({ userId, transport });
  await larder.sync();
  return { larder, server: (method, ...args) => order(channel, method, ...args) };
}

/** Opens every chat once, so that the next `sync()` brings what is new in it. */
export async function knowAllChats(larder: Larder, requestIds: string[]): Promise<void> {
  await Promise.all(requestIds.map((requestId) => larder.chat(requestId).sync()));
}
