/** How the databases of the reading benches are filled. */
import type { ChatServer } from './chat-server.js';
import type { FillSize } from './results.js';

/** From which chat on messages are posted, time after time. */
export function fillings({ chats, times, longChats, longTimes }: FillSize): number[] {
  const each = (count: number, from: number) => Array.from({ length: count }, () => from);
  return [...each(times, 0), ...each(longTimes, chats - longChats)];
}

/** Has everything ingested, a list page and the messages of one time after the other. */
export async function fillAll(
  size: FillSize,
  server: ChatServer,
  ingest: (list: Uint8Array, pages: Uint8Array[]) => unknown,
): Promise<void> {
  for (const from of fillings(size)) {
    const pages = server.postToAll(size.perChat, from);
    await ingest(server.fetchChats({ limit: size.chats }), pages);
  }
}
