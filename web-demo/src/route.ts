import { computed, signal } from '@preact/signals';

/** Chats are named by UUIDs; any other address but the settings' is the list. */
const chatHash = /^#\/chat\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

export const settingsHref = '#/settings';
const listHref = '#/';

/** The address carries what is open, so that a reload opens it again. */
const hash = signal(location.hash);

/** The chat that is open. */
export const openChat = computed(() => chatHash.exec(hash.value)?.[1] ?? null);
export const areSettingsOpen = computed(() => hash.value === settingsHref);
/** Whether there is anything beside the list. */
export const isPaneOpen = computed(() => openChat.value !== null || areSettingsOpen.value);

/** Whether the entry before this one in the history is the chat list. */
let cameFromList = false;

window.addEventListener('hashchange', () => {
  const wasOpen = isPaneOpen.peek();
  hash.value = location.hash;
  cameFromList = !wasOpen && isPaneOpen.peek();
});

export function chatHref(requestId: string): string {
  return `#/chat/${requestId}`;
}

/** Back to the list: a step back in the history where that leads there, otherwise in place. */
export function closePane(): void {
  if (cameFromList) history.back();
  else location.replace(listHref);
}
