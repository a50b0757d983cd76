import { Calls, createTransport, PageTransport } from './calls.js';
import { compileCore, type PlanReply, type PlanSignal } from './core.js';
import { errorOf, LarderError, reasonOf } from './errors.js';
import { Host, type HostEvents } from './host.js';
import { channelName, type SharedSignals, type StartOptions, type ToPage, type ToWorker } from './port.js';

/**
 * The worker's entry: one larder of one page. It waits until it holds the database's lock, so that only one
 * core writes; the pages of other tabs hear of changes over a channel.
 */
const scope = self as unknown as {
  postMessage(message: ToPage): void;
  close(): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let instance = '';
let token: string | null = null;
let host: Host | null = null;
let closed = false;
let release: () => void = () => {};
let channel: BroadcastChannel | null = null;
/** Events that came before the host was there. */
const early: { type: string; [member: string]: unknown }[] = [];
/** Begins before the page says so: it is what takes longest. */
const compiled = compileCore(new URL('./chatlarder.wasm', import.meta.url));
compiled.catch(() => {});
const pageTransport = new PageTransport((message) => scope.postMessage(message));

const hostEvents: HostEvents = {
  onReplies: (replies: PlanReply[]) => scope.postMessage({ kind: 'replies', replies }),
  onSignals: (signals: PlanSignal[]) => {
    scope.postMessage({ kind: 'signals', signals });
    const shared = signals.filter(({ type }) => type === 'chat' || type === 'chats');
    if (shared.length) channel?.postMessage({ from: instance, signals: shared } satisfies SharedSignals);
  },
  onError: (code, reason) => scope.postMessage({ kind: 'error', code, reason }),
  onSuperseded: () => scope.postMessage({ kind: 'closed' }),
};

/** Resolves when this worker holds the lock of the database; where there are no locks, at once. */
function lead(databaseName: string): Promise<void> {
  if (!navigator.locks) return Promise.resolve();
  return new Promise((resolve) => {
    void navigator.locks.request(channelName(databaseName), () => {
      resolve();
      return new Promise<void>((done) => (release = done));
    });
  });
}

async function start(options: StartOptions): Promise<void> {
  ({ instance, token } = options);
  await lead(options.databaseName);
  if ('BroadcastChannel' in self) channel = new BroadcastChannel(channelName(options.databaseName));
  const calls = new Calls(createTransport(options, () => token, pageTransport));
  const module = await compiled.catch((cause: unknown) => {
    throw new LarderError('core', { reason: reasonOf(cause), cause });
  });
  if (closed) return release();
  const started = new Host(module, options, calls, hostEvents);
  started.push({ header: { type: 'connectivity', online: options.online } });
  for (const header of early.splice(0)) started.push({ header });
  host = started;
  await started.start();
}

function fail(error: unknown): void {
  if (closed) return;
  const { code, message } =
    error instanceof LarderError ? error : errorOf('storage', { reason: reasonOf(error) });
  scope.postMessage({ kind: 'error', code, reason: message });
}

/**
 * The worker ends itself, which a browser does between two tasks: WebKitGTK 2.50 ends the process of the page
 * when a worker is terminated from outside while a script of it runs (WebKit pull requests 56535, 56747).
 */
async function close(): Promise<void> {
  closed = true;
  await host?.close();
  channel?.close();
  release();
  scope.postMessage({ kind: 'closed' });
  scope.close();
}

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'start':
      return void start(data.options).catch(fail);
    case 'event':
      return host ? host.push({ header: data.header }) : void early.push(data.header);
    case 'credentials':
      token = data.token;
      return host?.push({ header: { type: 'credentials' } });
    case 'answer':
    case 'signal':
      return pageTransport.take(data);
    case 'close':
      return void close();
  }
};
