/** The worker of pages/ingest-optimal.ts: gets ready, then stores the pages when told to. */
import { ChatServer } from './support/chat-server.js';
import { openHandWritten } from './support/idb.js';
import { ingest } from './support/optimal.js';
import type { IngestSize } from './support/results.js';

type Start = IngestSize & { databaseName: string };

self.onmessage = async ({ data }: MessageEvent<Start>) => {
  const db = await openHandWritten(data.databaseName);
  const server = new ChatServer(data.chats);
  const empty = server.requestIds.map((requestId) => server.fetchMessages({ requestId, limit: 1 }));
  await ingest(db, server.fetchChats({ limit: data.chats }), empty);
  const pages = server.postToAll(data.perChat);
  const list = server.fetchChats({ limit: data.chats });
  self.onmessage = async () => {
    await ingest(db, list, pages);
    db.close();
    self.postMessage('stored');
  };
  self.postMessage('ready');
};
