import { Calls, createTransport, PageTransport } from './calls.js';
import { compileCore, type CoreEvent, type PlanSignal } from './core.js';
import { LarderError, reasonOf } from './errors.js';
import type { ErrorCode } from './gen/schema.js';
import { Host, type HostEvents, type HostOptions, type Reply } from './host.js';
import { Tab } from './leader.js';
import { channelName, type SharedSignals, type StartOptions, type ToPage, type ToWorker } from './port.js';
import { openStore } from './store.js';
import { VolatileOutbox } from './volatile.js';

/**
 * The worker's entry: one larder of one page. It has a host when it leads (`Tab`), so that only one core
 * writes; the pages of other tabs hear of changes over a channel.
 */
const scope = self as unknown as {
  postMessage(message: ToPage): void;
  close(): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

/** What other tabs are told, too. */
const SHARED = ['chat', 'chats', 'outbox', 'connection'];

let token: string | null = null;
let tab: Tab | null = null;
let host: Host | null = null;
let inMemory: VolatileOutbox | null = null;
let closed = false;
let channel: BroadcastChannel | null = null;
/** Begins before the page says so: it is what takes longest. */
const compiled = compileCore(new URL('./chatlarder.wasm', import.meta.url)).catch((cause: unknown) => {
  throw new LarderError('core', { reason: reasonOf(cause), cause });
});
compiled.catch(() => {});
const pageTransport = new PageTransport((message) => scope.postMessage(message));

function callsOf(options: StartOptions): Calls {
  return new Calls(createTransport(options, () => token, pageTransport));
}

/** To the page: how its commands ended. */
function reply(replies: Reply[]): void {
  inMemory?.settle(replies);
  scope.postMessage({ kind: 'replies', replies });
}

/** To this page and the others: how commands ended that a host here carried out. */
function deliver(replies: Reply[]): void {
  inMemory?.settle(replies);
  tab?.deliver(replies);
}

function signal(signals: PlanSignal[]): void {
  scope.postMessage({ kind: 'signals', signals });
}

function hostEvents(instance: string): HostEvents {
  return {
    onReplies: deliver,
    onSignals: (signals) => {
      signal(signals);
      const shared = signals.filter(({ type }) => SHARED.includes(type));
      if (shared.length) channel?.postMessage({ from: instance, signals: shared } satisfies SharedSignals);
    },
    onError: report,
    onVolatile: (events) => inMemory?.take(events),
    onSuperseded: () => scope.postMessage({ kind: 'closed' }),
  };
}

async function start(options: StartOptions): Promise<void> {
  const { instance, databaseName, userId, layout, openTimeoutMs, online } = options;
  ({ token } = options);
  const memory = { module: compiled, userId, calls: () => callsOf(options) };
  inMemory = new VolatileOutbox({ ...memory, onReplies: deliver, onSignals: signal, onError: report });
  tab = new Tab(options, { onReplies: reply, onVolatile: (event) => inMemory?.take([event]) });
  push({ header: { type: 'connectivity', online } });
  await tab.elect();
  if ('BroadcastChannel' in self) channel = new BroadcastChannel(channelName(databaseName));
  const module = await compiled;
  if (closed) return;
  const open: HostOptions['open'] = (events) => openStore(databaseName, openTimeoutMs, events);
  host = new Host(module, { open, userId, layout }, callsOf(options), hostEvents(instance));
  await tab.lead(host);
  await host.start();
}

function push(event: CoreEvent): void {
  inMemory?.push(event);
  tab?.push(event);
}

function report(code: ErrorCode, reason: string): void {
  scope.postMessage({ kind: 'error', code, reason });
}

function fail(error: unknown): void {
  if (closed) return;
  if (error instanceof LarderError) report(error.code, error.reason ?? '');
  else report('storage', reasonOf(error));
}

/**
 * The worker ends itself, which a browser does between two tasks: WebKitGTK 2.50 ends the process of the page
 * when a worker is terminated from outside while a script of it runs (WebKit pull requests 56535, 56747).
 */
async function close(): Promise<void> {
  closed = true;
  await Promise.all([host?.close(), inMemory?.close()]);
  channel?.close();
  await tab?.close();
  scope.postMessage({ kind: 'closed' });
  scope.close();
}

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'start':
      scope.postMessage({ kind: 'ready' });
      return void start(data.options).catch(fail);
    case 'event':
      return push(data.event);
    case 'credentials':
      token = data.token;
      return push({ header: { type: 'credentials' } });
    case 'answer':
    case 'signal':
      return pageTransport.take(data);
    case 'close':
      return void close();
  }
};
