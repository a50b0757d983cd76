/** What a chat shows, beside what its server has. */
import { expect } from 'chai';
import type { CachedMessage, Larder } from 'chatlarder';
import { uuid, type FakeServer, type ServerMessage } from './fake-server.js';
import { until } from './larder.js';

/** A stored message without what the package adds to it. */
export function asSent({ _cachedAt, _syncVersion, status, ...message }: CachedMessage): ServerMessage {
  void [_cachedAt, _syncVersion, status];
  return message as object as ServerMessage;
}

/** All messages of a chat as the server sent them. */
export async function historyOf(larder: Larder, chat: number): Promise<ServerMessage[]> {
  const { messages } = await larder.chat(uuid(1, chat)).messages({ limit: 100_000 });
  return messages.map(asSent);
}

export async function sequencesOf(larder: Larder, chat: number, limit = 100_000): Promise<number[]> {
  const { messages } = await larder.chat(uuid(1, chat)).messages({ limit });
  return messages.map(({ sequenceNumber }) => sequenceNumber);
}

export async function gapsOf(larder: Larder, chat: number): Promise<[number, number][]> {
  const { chat: summary } = await larder.chat(uuid(1, chat)).messages({ limit: 1 });
  return (summary?.knownGaps ?? []).map(({ startSeq, endSeq }) => [startSeq, endSeq]);
}

/** Waits until a chat has nothing left to fetch and is what the server has. */
export async function untilConverged(larder: Larder, server: FakeServer, chat: number): Promise<void> {
  const { messages, lastSequence } = server.chats.get(chat)!;
  await until(async () => {
    const { chat: summary } = await larder.chat(uuid(1, chat)).messages({ limit: 1 });
    if (summary?.lastSyncedSequence !== lastSequence || summary.knownGaps.length) return false;
    return JSON.stringify(await historyOf(larder, chat)) === JSON.stringify(messages);
  }).catch(async (error: unknown) => {
    expect(await historyOf(larder, chat)).to.deep.equal(messages);
    throw error;
  });
}

/** Numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
