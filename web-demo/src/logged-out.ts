import { signal } from '@preact/signals';
import { user } from './user';

/** Whether the user has logged out, here or in another tab. */
export const isLoggedOut = signal(false);

/** The larder is gone; what the page itself has kept for the user goes too. */
export function noteLoggedOut(): void {
  for (const storage of storages()) {
    const own = Object.keys(storage).filter(
      (key) => key.startsWith('chatlarder-demo:') && key.includes(`:${user.key}`),
    );
    for (const key of own) storage.removeItem(key);
  }
  isLoggedOut.value = true;
}

function storages(): Storage[] {
  try {
    return [localStorage, sessionStorage];
  } catch {
    return []; // refused, so that there is nothing in them
  }
}
