import { signal } from '@preact/signals';
import { user } from './user';

const mebibyte = 1024 * 1024;
const storageKey = `chatlarder-demo:limit:${user.key}`;

/** The limits that can be chosen, in bytes. */
export const limitSteps = [2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000].map((step) => step * mebibyte);
const limitDefault = 500 * mebibyte;

/** How much may be kept on this device; chosen in the settings, and remembered. */
export const limit = signal(read());

function read(): number {
  try {
    const kept = Number(localStorage.getItem(storageKey));
    return limitSteps.includes(kept) ? kept : limitDefault;
  } catch {
    return limitDefault;
  }
}

export function keepLimit(bytes: number): void {
  limit.value = bytes;
  try {
    localStorage.setItem(storageKey, String(bytes));
  } catch {
    // It holds until the page is closed.
  }
}
