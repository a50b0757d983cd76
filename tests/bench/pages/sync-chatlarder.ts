/** What Chatlarder asks the server for to catch up after a time away, through its public API. */
import type { Larder } from 'chatlarder';
import { ChatServer } from './support/chat-server.js';
import { knowAllChats, openBenchLarder } from './support/larder.js';
import { missedByChat } from './support/missed.js';
import type { SyncResult, SyncTask } from './support/results.js';
import { countMessages } from './support/stored.js';

type Traffic = Pick<SyncResult, 'requests' | 'bytes'>;

/** Fills every gap, as a reader does who scrolls through all chats. */
async function fillGaps(larder: Larder, chats: number): Promise<void> {
  for (;;) {
    const holes = (await larder.chats({ limit: chats })).filter(({ knownGaps }) => knownGaps.length > 0);
    if (holes.length === 0) return;
    await Promise.all(
      holes.map(({ requestId, knownGaps }) => larder.chat(requestId).fill(knownGaps.at(-1)!)),
    );
  }
}

export async function run({ chats, known, missed }: SyncTask): Promise<SyncResult> {
  const { larder, server } = await openBenchLarder({
    userId: `sync-${Date.now()}`,
    chats,
    layout: 'blocks',
  });
  await server('postToAll', known);
  await larder.sync();
  await knowAllChats(larder, new ChatServer(chats).requestIds);
  const before = await countMessages(larder.databaseName);
  for (const [chat, count] of missedByChat(chats, missed).entries())
    if (count) await server('post', chat, count);
  await server('traffic');
  await larder.sync();
  const caughtUp = await server<Traffic>('traffic');
  const arrived = (await countMessages(larder.databaseName)) - before;
  await fillGaps(larder, chats);
  const rest = await server<Traffic>('traffic');
  const whole = (await countMessages(larder.databaseName)) - before;
  if (whole !== missed) throw new Error(`${whole} of ${missed} missed messages arrived`);
  await larder.destroy();
  return { ...caughtUp, arrived, rest };
}
