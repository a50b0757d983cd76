/** Live messages: one after the other, each to another chat. */
import { randomFrom, shuffled } from './random.js';

/** The chats that get a message, in order: each so many times, at random. */
export function deliveries(chats: number, perChat: number): number[] {
  const all = Array.from({ length: chats * perChat }, (_, i) => i % chats);
  return shuffled(randomFrom(chats * perChat), all);
}

/** Every chat's next messages in the order of the deliveries. */
export function inOrder<T>(byChat: T[][], order: number[]): T[] {
  const next = byChat.map(() => 0);
  return order.map((chat) => byChat[chat]![next[chat]!++]!);
}
