import { Calls, createTransport, PageTransport } from './calls.js';
import { compileCore, type CoreEvent, type PlanSignal } from './core.js';
import { openDatabase } from './db.js';
import { LarderError, reasonOf } from './errors.js';
import type { ErrorCode } from './gen/schema.js';
import { Host, mergeLimits, type HostEvents, type HostOptions, type Reply } from './host.js';
import { Tab } from './leader.js';
import { MediaWork } from './media-work.js';
import type { CacheLimits } from './options.js';
import { channelName, type SharedSignals, type StartOptions, type ToPage, type ToWorker } from './port.js';
import { openStore } from './store.js';
import { letInspect } from './tap.js';
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
const SHARED = ['chat', 'chats', 'outbox', 'connection', 'media', 'quota'];

let token: string | null = null;
let tab: Tab | null = null;
let host: Host | null = null;
let inMemory: VolatileOutbox | null = null;
let closed = false;
let channel: BroadcastChannel | null = null;
let endInspecting = () => {};
/** What this page asked for last, for a host that is made later. */
let limits: Partial<CacheLimits> = {};
/** Begins before the page says so: it is what takes longest. */
const compiled = compileCore(new URL('./chatlarder.wasm', import.meta.url)).catch((cause: unknown) => {
  throw new LarderError('core', { reason: reasonOf(cause), cause });
});
compiled.catch(() => {});
const pageTransport = new PageTransport((message) => scope.postMessage(message));

function callsOf(options: StartOptions, onSignals: (signals: PlanSignal[]) => void): Calls {
  const { databaseName, openTimeoutMs } = options;
  const media = new MediaWork({
    databaseName,
    openDatabase: () => openDatabase(databaseName, {}, openTimeoutMs),
    onProgress: (requestId, filename, progress) => {
      const id = `${requestId}:${filename}`;
      onSignals([{ type: 'media', requestId, id, filename, status: 'downloading', progress }]);
    },
  });
  return new Calls(
    createTransport(options, () => token, pageTransport),
    media,
  );
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

/** A file is told of with its name. */
function named(signal: PlanSignal): PlanSignal {
  if (signal.type !== 'media') return signal;
  return { ...signal, filename: signal.id.slice(signal.requestId.length + 1) };
}

/** To this page and the others. */
function signalAll(from: string, all: PlanSignal[]): void {
  const signals = all.map(named);
  signal(signals);
  const shared = signals.filter(({ type }) => SHARED.includes(type));
  if (shared.length) channel?.postMessage({ from, signals: shared } satisfies SharedSignals);
}

function hostEvents(instance: string): HostEvents {
  return {
    onReplies: deliver,
    onSignals: (signals) => signalAll(instance, signals),
    onError: report,
    onVolatile: (events) => inMemory?.take(events),
    onSuperseded: () => scope.postMessage({ kind: 'closed' }),
  };
}

async function start(options: StartOptions): Promise<void> {
  const { instance, databaseName, userId, layout, openTimeoutMs, online, media } = options;
  ({ token, limits } = options);
  const memory = { module: compiled, userId, calls: () => callsOf(options, signal) };
  inMemory = new VolatileOutbox({ ...memory, onReplies: deliver, onSignals: signal, onError: report });
  tab = new Tab(options, { onReplies: reply, onVolatile: (event) => inMemory?.take([event]) });
  push({ header: { type: 'connectivity', online } });
  await tab.elect();
  if ('BroadcastChannel' in self) channel = new BroadcastChannel(channelName(databaseName));
  const module = await compiled;
  if (closed) return;
  const open: HostOptions['open'] = (events) => openStore(databaseName, openTimeoutMs, events);
  const calls = callsOf(options, (signals) => signalAll(instance, signals));
  host = new Host(module, { open, userId, layout, limits, media }, calls, hostEvents(instance));
  await tab.lead(host);
  await host.start();
}

function push(event: CoreEvent): void {
  if (event.header.type === 'limits') limits = mergeLimits(limits, event.header);
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
  endInspecting();
  await tab?.close();
  scope.postMessage({ kind: 'closed' });
  scope.close();
}

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'start':
      scope.postMessage({ kind: 'ready' });
      endInspecting = letInspect(data.options.databaseName);
      return void start(data.options).catch(fail);
    case 'event':
      return push(data.event);
    case 'credentials':
      token = data.token;
      return push({ header: { type: 'credentials' } });
    case 'answer':
    case 'signal':
    case 'media':
      return pageTransport.take(data);
    case 'close':
      return void close();
  }
};
