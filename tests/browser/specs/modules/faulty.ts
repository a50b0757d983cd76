/** A transport module whose server is on the page (support/remote.ts); it breaks the worker's storage. */
import type { ChangeSignal, Transport } from 'chatlarder';
import type { Method } from '../support/fake-server.js';
import type { Fault, FromModule, ToModule } from '../support/remote.js';

const channel = new BroadcastChannel(new URL(import.meta.url).searchParams.get('channel')!);
const waiting = new Map<
  number,
  { settle: (answer: Extract<ToModule, { kind: 'answer' }>) => void; onSignal?: (c: ChangeSignal) => void }
>();
let nextId = 1;
let fault: Fault | null = null;
let struck = 0;

function tell(message: FromModule): void {
  channel.postMessage(message);
}

channel.onmessage = ({ data }: MessageEvent<ToModule>) => {
  switch (data.kind) {
    case 'answer':
      waiting.get(data.id)?.settle(data);
      return void waiting.delete(data.id);
    case 'signal':
      return waiting.get(data.id)?.onSignal?.(data.change);
    case 'fault':
      fault = data.fault;
      struck = 0;
      return tell({ kind: 'ready' });
    case 'hurry':
      hurry(data.timeoutMs);
      return tell({ kind: 'ready' });
    case 'count':
      return tell({ kind: 'ready' });
  }
};

async function ask(
  method: Method | 'subscribe',
  params: object,
  signal: AbortSignal,
  onSignal?: (change: ChangeSignal) => void,
): Promise<Extract<ToModule, { kind: 'answer' }>> {
  const id = nextId++;
  signal.addEventListener('abort', () => tell({ kind: 'cancel', id }), { once: true });
  const answer = await new Promise<Extract<ToModule, { kind: 'answer' }>>((settle) => {
    waiting.set(id, onSignal ? { settle, onSignal } : { settle });
    tell({ kind: 'call', id, method, params });
  });
  if (answer.reason === undefined) return answer;
  throw Object.assign(new Error(answer.reason), answer.status === undefined ? {} : { status: answer.status });
}

async function bodyOf(method: Method, params: object, signal: AbortSignal): Promise<Uint8Array> {
  return (await ask(method, params, signal)).body ?? new Uint8Array();
}

const transport: Transport = {
  fetchChats: (params, { signal }) => bodyOf('fetchChats', params, signal),
  fetchMessages: (params, { signal }) => bodyOf('fetchMessages', params, signal),
  sendMessage: (params, { signal }) => bodyOf('sendMessage', params, signal),
  markRead: (params, { signal }) => bodyOf('markRead', params, signal),
  fetchMedia: async (params, { signal }) => {
    const { head, body = new Uint8Array() } = await ask('fetchMedia', params, signal);
    return { ...head, bytes: body };
  },
  subscribe: async (onSignal, { signal }) => void (await ask('subscribe', {}, signal, onSignal)),
};
export default transport;

/* ---- what goes wrong ---- */

/** Whether the fault strikes now; counts the requests that it lets pass. */
function strikes(store: string | null, value: unknown, method?: Fault['method']): boolean {
  if (!fault || (fault.how === 'open') !== (store === null)) return false;
  if (fault.method && fault.method !== method) return false;
  if (fault.store && fault.store !== store) return false;
  const row = (value ?? {}) as { id?: unknown; requestId?: unknown; data?: unknown };
  if (fault.blobs && !(row.data instanceof Blob)) return false;
  if (fault.id && fault.id !== row.id && fault.id !== row.requestId && fault.id !== value) return false;
  const count = struck++ - (fault.after ?? 0);
  if (count < 0 || count >= (fault.times ?? 1)) return false;
  tell({ kind: 'hit' });
  return true;
}

function strike(store: IDBObjectStore): void {
  const { db } = store.transaction;
  switch (fault!.how) {
    case 'throw':
      throw new DOMException('thrown by the spec', fault!.name);
    case 'abort':
      return store.transaction.abort();
    case 'close':
      return db.close();
    case 'lost':
      db.close();
      return void db.dispatchEvent(new Event('close'));
    case 'open':
      return;
  }
}

for (const method of ['put', 'add', 'delete'] as const) {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its store
  const original = IDBObjectStore.prototype[method] as (...args: unknown[]) => IDBRequest;
  const broken = function (this: IDBObjectStore, ...args: unknown[]): IDBRequest {
    if (!strikes(this.name, args[0], method)) return original.apply(this, args);
    const late = fault!.how === 'throw' ? null : original.apply(this, args);
    strike(this);
    return late!;
  };
  IDBObjectStore.prototype[method] = broken as never;
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its factory
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...args) {
  if (strikes(null, null)) throw new DOMException('Internal error opening backing store', 'UnknownError');
  return open.apply(this, args);
};

/** Shortens time limits of calls, which are far longer than a spec may wait. */
function hurry(timeoutMs: number): void {
  const original = globalThis.setTimeout;
  const hurried = (work: () => void, ms?: number) => original(work, ms! >= 30_000 ? timeoutMs : ms);
  globalThis.setTimeout = hurried as typeof setTimeout;
}
