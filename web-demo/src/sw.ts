import { drainOutboxOnSync, httpTransport, serveMedia } from 'chatlarder/service-worker';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import type { PrecacheEntry } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { users } from './user';

/** Where the build put the larder's WebAssembly. */
declare const WASM_URL: string;

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

/** Everything the build made: the page, its styles, the larder's worker and its WebAssembly. */
precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

/** Every address of the page opens the stored one; what the server answers itself is left alone. */
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api\//, /^\/test\//] }),
);

/** Films and sounds that are on this device can be played from any place in them, offline too. */
serveMedia();

/** What was written is sent also when the last page was closed before there was a connection. */
drainOutboxOnSync(({ userId }) => {
  const owner = users.find(({ id }) => id === userId);
  if (!owner) return null;
  return {
    transport: httpTransport({ baseUrl: '/api/v1', events: false }),
    credentials: () => owner.token,
    wasmUrl: WASM_URL,
  };
});

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
