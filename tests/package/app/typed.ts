/** Uses the package's types as a strict program would; it is compiled, not run. */
import { LarderError, httpTransport, openLarder } from 'chatlarder';
import { inspect, type ChatlarderInspector } from 'chatlarder/inspector';
import { drainOutboxOnSync, type DrainOptions } from 'chatlarder/service-worker';
import type {
  CachedMessage,
  ChatSummary,
  Larder,
  MessagePage,
  OfflineOperation,
  SentMessage,
} from 'chatlarder';

export async function open(): Promise<Larder | string> {
  const transport = httpTransport({ baseUrl: '/api/v1' });
  try {
    return await openLarder({ userId: 'customer', transport, credentials: () => 'token' });
  } catch (error) {
    return error instanceof LarderError ? error.code : 'unknown';
  }
}

export async function showFirst(
  larder: Larder,
  show: (messages: CachedMessage[]) => void,
): Promise<() => void> {
  const [first]: ChatSummary[] = await larder.chats({ limit: 1 });
  if (!first) return () => {};
  return larder.chat(first.requestId).watch({ limit: 50 }, (page: MessagePage) => show(page.messages));
}

export async function write(larder: Larder, requestId: string, content: string): Promise<string> {
  const message: SentMessage = await larder.chat(requestId).send({ content }, { allowVolatile: true });
  const waiting: OfflineOperation[] = await larder.outbox.list();
  return message.durable ? `${waiting.length} to be sent` : message.id;
}

export function wake(options: DrainOptions): void {
  drainOutboxOnSync(({ userId }) => (userId === 'customer' ? options : null));
}

export async function development(larder: Larder): Promise<ChatlarderInspector> {
  const inspector = inspect(larder);
  const { contents, stored } = await inspector.report({ contents: true });
  inspector.toggleAttribute('open', contents && stored.stores.length > 0);
  return inspector;
}
