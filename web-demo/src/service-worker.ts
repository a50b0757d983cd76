import { signal } from '@preact/signals';

/** Whether a newer version of the page is stored and waits to take over. */
export const isUpdateReady = signal(false);

let registration: ServiceWorkerRegistration | null = null;

/** Stores the page for offline use, where the browser can. */
export async function registerServiceWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  registration = await navigator.serviceWorker.register('/sw.js');
  if (registration.waiting) isUpdateReady.value = true;
  registration.addEventListener('updatefound', () => watchInstalling(registration!.installing));
  watchInstalling(registration.installing);
}

/** A worker that is installed beside one that is in use is an update; the very first one is not. */
function watchInstalling(worker: ServiceWorker | null): void {
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed' && navigator.serviceWorker.controller) isUpdateReady.value = true;
  });
}

/** Lets the new version take over and loads the page from it. */
export function activateUpdate(): void {
  const waiting = registration?.waiting;
  if (!waiting) return location.reload();
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting.postMessage({ type: 'SKIP_WAITING' });
}
