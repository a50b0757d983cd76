/** The server's pages, parsed. */
import type { ServerMessage } from './messages.js';

export interface MessagesPage {
  requestId: string;
  messages: ServerMessage[];
  lastSequence: number;
  revision: string;
  totalMessageCount: number;
  unreadCount: number;
  lastReadSequence: number;
}

export interface ListPage {
  chats: { requestId: string; lastActivityAt: string | null }[];
  cursor: string;
}

const decoder = new TextDecoder();

export function parse<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes)) as T;
}
