import type { CachedMessage, Chat } from 'chatlarder';

/** All of a chat that is here, in the order of the chat. */
export async function readChat(chat: Chat): Promise<CachedMessage[]> {
  const pages: CachedMessage[][] = [];
  for (let before: number | undefined; ;) {
    const { messages } = await chat.messages({ limit: 200, ...(before ? { before } : {}) });
    if (messages.length === 0) return pages.flat();
    pages.unshift(messages);
    before = messages[0]!.sequenceNumber;
  }
}
