import { effect, signal } from '@preact/signals';
import { httpTransport, openLarder } from 'chatlarder';
import type { ChatSummary, Larder } from 'chatlarder';
import { limit } from './limit';
import { noteLoggedOut } from './logged-out';
import { user } from './user';

declare global {
  interface Window {
    /** The open instance, for the console and for tests. */
    larder?: Larder;
  }
}

/** What another tab's upgrade means for this one. */
const replaced = {
  code: 'closed',
  message: 'A newer version of this page is open in another tab: reload this one.',
};

const chatStepCount = 200;

/** The open cache; null until it is open. */
export const larder = signal<Larder | null>(null);
/** Why it couldn't be opened. */
export const openProblem = signal<unknown>(null);
/** Whether the server can be reached. */
export const connection = signal<'online' | 'offline'>('offline');
/** The chats on this device, newest activity first; null until they have been read. */
export const chats = signal<ChatSummary[] | null>(null);
/** Whether the server has been asked for its chats since the page was loaded. */
export const hasAskedServer = signal(false);

const chatLimit = signal(chatStepCount);

/** Opens the cache and shows what it holds; the network comes after. */
export async function openStore(): Promise<void> {
  openProblem.value = null;
  try {
    const opened = await openLarder({
      userId: user.id,
      transport: httpTransport({ baseUrl: '/api/v1' }),
      credentials: () => user.token,
      limits: { bytes: limit.peek() },
    });
    window.larder = opened;
    watchEvents(opened);
    larder.value = opened;
  } catch (error) {
    openProblem.value = error;
  }
}

function watchEvents(opened: Larder): void {
  const read = () => (connection.value = opened.connection);
  opened.addEventListener('connection', read);
  opened.addEventListener('error', ({ detail }) => console.warn('chatlarder', detail));
  opened.addEventListener('closed', ({ detail }) => {
    larder.value = null;
    if (detail.destroyed) noteLoggedOut();
    else openProblem.value = replaced;
  });
  read();
}

/** Deletes everything of the user's from this device, in all tabs. */
export async function logOut(): Promise<void> {
  await larder.peek()!.destroy();
  larder.value = null;
  noteLoggedOut();
}

effect(() => {
  const limit = chatLimit.value;
  return larder.value?.watchChats({ limit }, (next) => (chats.value = next));
});

/** An empty list means nothing until the server was asked: it is asked once more, to know when. */
effect(() => {
  if (chats.value?.length !== 0 || connection.value === 'offline' || hasAskedServer.peek()) return;
  const done = () => (hasAskedServer.value = true);
  larder.peek()?.sync().then(done, done);
});

/** Lists more chats, if there may be more. */
export function showMoreChats(): void {
  if (chats.value && chats.value.length >= chatLimit.value) chatLimit.value += chatStepCount;
}
