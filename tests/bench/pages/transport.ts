/**
 * The transport of Chatlarder in the benches, a module that its worker imports: the server's answers lie in
 * the worker's memory as bytes. `?chats=N&channel=NAME`; orders come over the channel. With `&live=yes` it
 * has a stream of change signals.
 */
import type {
  ChangeSignal,
  FetchChatsParams,
  FetchMediaParams,
  FetchMessagesParams,
  SendMessageParams,
  Transport,
} from 'chatlarder';
import { ChatServer } from './support/chat-server.js';
import { serveOrders } from './support/control.js';
import { makeFiles, type ServedFile } from './support/files.js';
import { deliveries } from './support/live.js';

const { searchParams } = new URL(import.meta.url);
const chats = Number(searchParams.get('chats'));
const server = new ChatServer(chats);
const { requestIds } = server;
const traffic = { requests: 0, bytes: 0 };
let sends = 0;
let files = new Map<string, ServedFile>();

function answered(bytes: Uint8Array): Promise<Uint8Array> {
  traffic.requests += 1;
  traffic.bytes += bytes.byteLength;
  return Promise.resolve(bytes);
}

/** The chats whose newest message nobody has asked for, once all are posted. */
const unasked = new Set<string>();
let allAsked = () => {};

function fetchMessages(params: FetchMessagesParams): Promise<Uint8Array> {
  if (unasked.delete(params.requestId) && !posting && unasked.size === 0) allAsked();
  return answered(server.fetchMessages(params));
}

const calls: Transport = {
  fetchChats: (params: FetchChatsParams) => answered(server.fetchChats(params)),
  fetchMessages,
  sendMessage: (params: SendMessageParams) => {
    sends += 1;
    return answered(server.sendMessage(params));
  },
  fetchMedia: ({ filename }: FetchMediaParams) => {
    const { bytes, sha256, mimeType } = files.get(filename)!;
    return Promise.resolve({ bytes, sha256, mimeType });
  },
};

let sendSignal: (signal: ChangeSignal) => void;
let posting = false;

const subscribed = new Promise<void>((resolve) => {
  calls.subscribe = (onSignal, { signal }) => {
    sendSignal = onSignal;
    onSignal({});
    resolve();
    return new Promise((end) => signal.addEventListener('abort', () => end()));
  };
});
if (!searchParams.has('live')) delete calls.subscribe;

const { port1, port2 } = new MessageChannel();

/** Resolves in a task of its own, without the pause of a timer. */
function nextTask(): Promise<unknown> {
  return new Promise((resolve) => {
    port2.onmessage = resolve;
    port1.postMessage(null);
  });
}

/** Posts messages one by one, each in a task of its own and with its signal; until all have been fetched. */
async function live(perChat: number): Promise<void> {
  const fetched = new Promise<void>((resolve) => (allAsked = resolve));
  posting = true;
  for (const chat of deliveries(chats, perChat)) {
    server.post(chat, 1);
    const requestId = requestIds[chat]!;
    unasked.add(requestId);
    sendSignal({ requestId, revision: String(server.lastSequence(chat)) });
    await nextTask();
  }
  posting = false;
  if (unasked.size) await fetched;
}

export default calls;

serveOrders(searchParams.get('channel')!, {
  post: (chat: number, count: number) => server.post(chat, count),
  postToAll: (count: number, from?: number) => server.postToAll(count, from).length,
  prepareLive: async (perChat: number) => {
    await subscribed;
    return server.prepare(perChat).length;
  },
  live,
  prepareFiles: async (count: number, bytes: number) => {
    files = new Map((await makeFiles(count, bytes)).map((file) => [file.filename, file]));
  },
  /** How often messages were sent, and how many of them are there. */
  sent: () => ({ sends, stored: server.sent }),
  /** What was asked since the last time this was. */
  traffic: () => {
    const counted = { ...traffic };
    traffic.requests = traffic.bytes = 0;
    return counted;
  },
});
