/** The client to compare with: the chat list and each chat's newest page, every time. */
import { ChatServer } from './support/chat-server.js';
import { missedByChat } from './support/missed.js';
import type { SyncResult, SyncTask } from './support/results.js';

export function run({ chats, known, missed, pageMessages }: SyncTask): SyncResult {
  const server = new ChatServer(chats);
  server.postToAll(known);
  const counts = missedByChat(chats, missed);
  counts.forEach((count, chat) => server.post(chat, count));
  const questions = server.requestIds.map((requestId) => ({ requestId, limit: pageMessages }));
  const answers = [
    server.fetchChats({ limit: chats }),
    ...questions.map((asked) => server.fetchMessages(asked)),
  ];
  const bytes = answers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const arrived = counts.reduce((sum, count) => sum + Math.min(count, pageMessages), 0);
  return { requests: answers.length, bytes, arrived, rest: null };
}
