/** What the guides take for granted: an open larder, one of its chats, and a picture in that chat. */
import type { Chat, Larder } from 'chatlarder';

declare global {
  const larder: Larder;
  const chat: Chat;
  const requestId: string;
  const filename: string;
}
