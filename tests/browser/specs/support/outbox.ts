/** What waits to be sent, beside what the server has of it. */
import { expect } from 'chai';
import type { CachedMessage, Larder } from 'chatlarder';
import { uuid, type FakeServer } from './fake-server.js';
import { rejection, until } from './larder.js';

/** The texts that a chat shows, in order. */
export async function textsOf(larder: Larder, chat: number): Promise<string[]> {
  return (await shownOf(larder, chat)).map(({ content }) => content);
}

/** The messages that a chat shows. */
export async function shownOf(larder: Larder, chat: number): Promise<CachedMessage[]> {
  return (await larder.chat(uuid(1, chat)).messages({ limit: 1000 })).messages;
}

/** The texts that the server was sent for a chat, in its order. */
export function sentTo(server: FakeServer, chat: number): string[] {
  const { messages } = server.chats.get(chat)!;
  return messages.filter((message) => 'clientTempId' in message).map(({ content }) => content);
}

/** Waits until nothing is left in the outbox, and checks that all fits together. */
export async function untilDrained(larder: Larder): Promise<void> {
  await until(async () => !(await larder.outbox.list()).length);
  expect((await larder.verify()).problems).to.deep.equal([]);
}

/** The browser says so; the larder believes it. */
export async function goOffline(larder: Larder): Promise<void> {
  window.dispatchEvent(new Event('offline'));
  await until(() => larder.connection === 'offline');
}

export function goOnline(): void {
  window.dispatchEvent(new Event('online'));
}

/** Waits until an operation has a status, and gives it. */
export function untilStatus(larder: Larder, id: string, status: string) {
  return until(async () => {
    const operation = (await larder.outbox.list()).find((each) => each.id === id);
    return operation?.status === status ? operation : null;
  });
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await rejection(promise)).code;
}
