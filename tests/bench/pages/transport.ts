/**
 * The transport of Chatlarder in the benches, a module that its worker imports: the server's answers lie in
 * the worker's memory as bytes. `?chats=N&channel=NAME`; orders come over the channel.
 */
import type { FetchChatsParams, FetchMessagesParams, Transport } from 'chatlarder';
import { ChatServer } from './support/chat-server.js';
import { serveOrders } from './support/control.js';

const { searchParams } = new URL(import.meta.url);
const server = new ChatServer(Number(searchParams.get('chats')));
const traffic = { requests: 0, bytes: 0 };

function answered(bytes: Uint8Array): Promise<Uint8Array> {
  traffic.requests += 1;
  traffic.bytes += bytes.byteLength;
  return Promise.resolve(bytes);
}

export default {
  fetchChats: (params: FetchChatsParams) => answered(server.fetchChats(params)),
  fetchMessages: (params: FetchMessagesParams) => answered(server.fetchMessages(params)),
} satisfies Transport;

serveOrders(searchParams.get('channel')!, {
  post: (chat: number, count: number) => server.post(chat, count),
  postToAll: (count: number) => server.postToAll(count).length,
  /** What was asked since the last time this was. */
  traffic: () => {
    const counted = { ...traffic };
    traffic.requests = traffic.bytes = 0;
    return counted;
  },
});
