/** What a device misses while it is away: few chats get most of the messages. */
import { randomFrom } from './random.js';

/** How many of `missed` messages each chat got, by the chat's number: chat n has a weight of 1 / (n + 1). */
export function missedByChat(chats: number, missed: number): number[] {
  const weights = Array.from({ length: chats }, (_, chat) => 1 / (chat + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = weights.map(() => 0);
  const random = randomFrom(missed);
  for (let i = 0; i < missed; i += 1) {
    let point = random() * total;
    let chat = 0;
    while (chat < chats - 1 && point >= weights[chat]!) point -= weights[chat++]!;
    counts[chat]! += 1;
  }
  return counts;
}
