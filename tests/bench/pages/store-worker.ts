/** The worker of a contender of the field, `?store=SCRIPT`: gets ready, then stores what it has when told. */
import { ChatServer } from './support/chat-server.js';
import { drain } from './support/draining.js';
import { fillAll } from './support/filling.js';
import { deliveries, inOrder } from './support/live.js';
import type { FillSize, IngestSize, LiveSize } from './support/results.js';
import { serveCalls } from './support/rpc.js';
import { openStore, type BenchStore, type StoreTask } from './support/store.js';
import { operationOf, waitingMessage } from './support/waiting-rows.js';

const script = new URL(import.meta.url).searchParams.get('store')!;

let contender: BenchStore;
let store: () => Promise<unknown>;

/** Opens it and makes the chats known, with so many messages each. */
async function open(user: string, server: ChatServer, known: number): Promise<void> {
  contender = await openStore(script, { user });
  const pages = known
    ? server.postToAll(known)
    : server.requestIds.map((requestId) => server.fetchMessages({ requestId, limit: 1 }));
  await contender.ingest(server.fetchChats({ limit: pages.length }), pages);
}

serveCalls({
  open: async (task: StoreTask) => void (contender = await openStore(script, task)),
  fill: async (size: FillSize) => {
    const ingest: BenchStore['ingest'] = (list, pages) => contender.ingest(list, pages);
    await fillAll(size, new ChatServer(size.chats), ingest);
    return (await contender.stored(0, 1)).count;
  },
  prepareIngest: async (user: string, { chats, perChat }: IngestSize) => {
    const server = new ChatServer(chats);
    await open(user, server, 0);
    const pages = server.postToAll(perChat);
    const list = server.fetchChats({ limit: chats });
    store = () => contender.ingest(list, pages);
  },
  prepareLive: async (user: string, { chats, known, perChat }: LiveSize, collected: boolean) => {
    const server = new ChatServer(chats);
    await open(user, server, known);
    await contender.prepareLive();
    const messages = inOrder(server.prepare(perChat), deliveries(chats, perChat));
    store = collected
      ? () => contender.receiveAll(messages)
      : () => Promise.all(messages.map((message) => contender.receive(message)));
  },
  store: async () => void (await store()),
  stored: (chat: number, sequence: number) => contender.stored(chat, sequence),
  send: async (requestId: string, content: string) => {
    const now = Date.now();
    const message = waitingMessage(requestId, content, now);
    await contender.send(message, operationOf(message, now));
  },
  drain: async () =>
    drain(await contender.waiting(), (operation, answer) => contender.sent(operation, answer)),
  left: async () => ({
    operations: (await contender.waiting()).length,
    messages: (await contender.stored(0, 1)).count,
  }),
  firstWaiting: async () => {
    const [first] = await contender.waiting();
    const messages = await contender.newest(first!.requestId, 1000);
    return (messages.find(({ id }) => id === first!.id) as { content?: string } | undefined)?.content;
  },
  close: () => contender.close(),
  destroy: () => contender.destroy(),
});
