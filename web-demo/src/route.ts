import { signal } from '@preact/signals';

/** Chats are named by UUIDs; any other address is the list. */
const chatHash = /^#\/chat\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

function read(): string | null {
  return chatHash.exec(location.hash)?.[1] ?? null;
}

/** The chat that is open. The address carries it, so that a reload opens it again. */
export const openChat = signal<string | null>(read());

/** Whether the entry before this one in the history is the chat list. */
let cameFromList = false;

window.addEventListener('hashchange', () => {
  const next = read();
  cameFromList = openChat.value === null && next !== null;
  openChat.value = next;
});

export function chatHref(requestId: string): string {
  return `#/chat/${requestId}`;
}

/** Back to the list: a step back in the history where that leads there, otherwise in place. */
export function closeChat(): void {
  if (cameFromList) history.back();
  else location.replace('#/');
}
