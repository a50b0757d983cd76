/** The app's service worker, which bundlers make one file of. */
import { drainOutboxOnSync, httpTransport } from 'chatlarder/service-worker';

drainOutboxOnSync(() => ({ transport: httpTransport({ baseUrl: '/api/v1' }), wasmUrl: 'chatlarder.wasm' }));
