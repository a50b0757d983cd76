import { LarderError } from './errors.js';
import type {
  CachedMessage,
  CallMethod,
  ChatState,
  Connection,
  DownloadStatus,
  Durability,
  ErrorCode,
  MessageBlock,
  QuotaLevel,
} from './gen/schema.js';

/** One thing that happened, for the core: wasm/include/larder.h lists the types and their headers. */
export interface CoreEvent {
  header: { type: string; [member: string]: unknown };
  body?: Uint8Array;
}

export type PlanWrite =
  | { op: 'put' | 'add'; store: string; rows: Record<string, unknown>[] }
  | { op: 'putBlob'; store: string; rows: (Record<string, unknown> & { held: number })[] }
  | { op: 'addBytes'; store: string; rows: (Record<string, unknown> & { data: number; bytes: number })[] }
  | { op: 'delete'; store: string; keys: IDBValidKey[] };

export type PlanRead =
  | { store: string; index: string; from: IDBValidKey; to: IDBValidKey; limit?: number }
  | { store: string; requestId: string; from: number; to: number; limit?: number }
  | { store: string; keys: string[] }
  | { store: string; tally: true };

export interface PlanCall {
  id: number;
  method: CallMethod;
  timeoutMs?: number;
  /** It only reads: it may leave before the transaction of its step commits. */
  eager?: true;
  /** Of the outbox: the id of the operation that is tried. */
  operation?: string;
  params: Record<string, unknown>;
}

/** What became of a file, or, while it is fetched, how much of it is there. */
export interface MediaSignal {
  /** Always the same. */
  type: 'media';
  /** The chat, a UUID. */
  requestId: string;
  /** `requestId:filename`. */
  id: string;
  /** As the server knows it. */
  filename?: string;
  /** `pending` also of one that was evicted or deleted. */
  status: DownloadStatus;
  /** 0 to 100. */
  progress?: number;
  /** Why it failed. */
  reason?: ErrorCode;
}

/** Detail of a `quota` event: how full the cache or the browser's storage is. */
export interface QuotaSignal {
  /** Always the same. */
  type: 'quota';
  /** Of the browser's storage, and of the cache when nothing more may go. */
  level: QuotaLevel;
  /** What the browser says of its storage, in bytes; 0 where it doesn't say. */
  usage: number;
  /** What the browser allows, in bytes; 0 where it doesn't say. */
  quota: number;
  /** What holds now, in bytes: the limit that was set, or less where the browser has less room. */
  limit: number;
  /** What is stored, of messages and media, in bytes. */
  total: number;
  /** A file that was handed out and could not be kept. */
  notKept?: string;
}

export type PlanSignal =
  | { type: 'chat'; requestId: string; state: ChatState; written: boolean }
  | { type: 'chats' }
  | { type: 'connection'; state: Connection }
  | { type: 'durability'; state: 'durable' | 'volatile'; reason?: string }
  /** The server wants other credentials; `renewed`: another tab was given some. */
  | { type: 'auth'; renewed?: true }
  | { type: 'outbox' }
  | MediaSignal
  | QuotaSignal
  | { type: 'error'; code: ErrorCode; requestId?: string; path?: string; reason?: string };

/** Where the bytes of a `mediaGet` are: under a key, or, where they can't be kept, held. */
export interface MediaResult {
  id: string;
  kept: boolean;
  key?: string;
  held?: number;
  mimeType: string;
}

/** What `repair` made of it. */
export interface RepairResult {
  /** Blobs and files that belonged to nothing and were deleted. */
  removed: number;
  /** Files that are fetched again. */
  refetched: number;
}

export interface PlanReply {
  command: string;
  code?: ErrorCode;
  path?: string;
  reason?: string;
  /** Of a `send`: the message as it was stored. Of others: what they say. */
  result?: Omit<CachedMessage, 'content'> | MediaResult | { bytes: number } | RepairResult;
}

/** What the core wants done. */
export interface Plan {
  durability: Durability;
  /** Whose turn it must be to write, where the database is claimed: see fence.ts. */
  generation?: number;
  deadline: number | null;
  /** The step goes on, in the same transaction, though nothing is to be read. */
  more?: true;
  writes: PlanWrite[];
  reads: PlanRead[];
  calls: PlanCall[];
  signals: PlanSignal[];
  replies: PlanReply[];
}

/** A step as it was made: `bytes` is the plan's size, `ms` how long it took. */
export interface Step {
  events: CoreEvent[];
  plan: Plan;
  bytes: number;
  ms: number;
}

/** What the module exports: the core and, beside it, the tab. */
export interface CoreExports {
  memory: WebAssembly.Memory;
  _initialize?: () => void;
  core_new(seed: number): number;
  core_input(core: number, size: number): number;
  core_step(core: number, nowMs: number): number;
  core_plan(core: number): number;
  core_plan_size(core: number): number;
  core_bytes(core: number): number;
  tab_new(seed: number): number;
  tab_input(tab: number, size: number): number;
  tab_step(tab: number, nowMs: number): number;
  tab_plan(tab: number): number;
  tab_plan_size(tab: number): number;
}

const FRAME_HEAD_BYTES = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Compiles the module that lies beside this file, while it streams in where the server's type allows it. */
export async function compileCore(url: URL): Promise<WebAssembly.Module> {
  const response = fetch(url);
  try {
    return await WebAssembly.compileStreaming(response);
  } catch {
    return WebAssembly.compile(await (await fetch(url)).arrayBuffer());
  }
}

/** An instance of the module, with a memory of its own. */
export async function instantiate(module: WebAssembly.Module): Promise<CoreExports> {
  const imports = { env: { emscripten_notify_memory_growth: () => {} } };
  const instance = await WebAssembly.instantiate(module, imports);
  const exports = instance.exports as unknown as CoreExports;
  exports._initialize?.();
  return exports;
}

/**
 * The C core: bytes in and out of one instance of the module. A core that failed is dropped whole, memory and
 * all. Views of its memory are taken anew at each use, because they die when it grows.
 */
export class Core {
  /** Hears of each step, while an inspector is attached: see tap.ts. */
  static tap: ((step: Step) => void) | null = null;
  readonly #exports: CoreExports;
  readonly #core: number;

  private constructor(exports: CoreExports) {
    this.#exports = exports;
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    this.#core = exports.core_new(seed);
    if (!this.#core) throw new LarderError('no_memory');
  }

  static async create(module: WebAssembly.Module): Promise<Core> {
    return new Core(await instantiate(module));
  }

  /**
   * One step: events in, plan out. While the plan has `reads`, the next call must hand in their rows as one
   * `rows` event; after one with `more` the next call hands in nothing. Throws `no_memory` or `core`; the
   * core is not to be used after that.
   */
  step(events: CoreEvent[], nowMs: number): Plan {
    const begun = performance.now();
    const headers = events.map(({ header }) => encoder.encode(JSON.stringify(header)));
    const size = events.reduce((sum, { body }, i) => {
      return sum + FRAME_HEAD_BYTES + headers[i]!.byteLength + (body?.byteLength ?? 0);
    }, 0);
    const at = this.#exports.core_input(this.#core, size);
    if (!at) throw new LarderError('no_memory');
    writeFrames(new Uint8Array(this.#exports.memory.buffer, at, size), headers, events);
    this.#run(nowMs);
    const plan = this.#plan();
    const bytes = this.#exports.core_plan_size(this.#core);
    Core.tap?.({ events, plan, bytes, ms: performance.now() - begun });
    return plan;
  }

  /** A copy of bytes of the last plan: `size` bytes at `offset`. To be taken before the next step. */
  bytes(offset: number, size: number): ArrayBuffer {
    const at = this.#exports.core_bytes(this.#core) + offset;
    return this.#exports.memory.buffer.slice(at, at + size);
  }

  #run(nowMs: number): void {
    let result: number;
    try {
      result = this.#exports.core_step(this.#core, nowMs);
    } catch (cause) {
      throw new LarderError('core', { cause, reason: String(cause) });
    }
    if (result < 0) throw new LarderError('no_memory');
  }

  #plan(): Plan {
    const at = this.#exports.core_plan(this.#core);
    const size = this.#exports.core_plan_size(this.#core);
    return JSON.parse(decoder.decode(new Uint8Array(this.#exports.memory.buffer, at, size))) as Plan;
  }
}

function writeFrames(into: Uint8Array, headers: Uint8Array[], events: CoreEvent[]): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  let at = 0;
  events.forEach(({ body }, i) => {
    const header = headers[i]!;
    view.setUint32(at, header.byteLength, true);
    view.setUint32(at + 4, body?.byteLength ?? 0, true);
    into.set(header, at + FRAME_HEAD_BYTES);
    at += FRAME_HEAD_BYTES + header.byteLength;
    if (body) into.set(body, at);
    at += body?.byteLength ?? 0;
  });
}

/** What one read brought: rows that go to the core as JSON, or blocks, whose bytes go as they are. */
export type Rows = { rows: unknown[] } | { blocks: MessageBlock[] };

/** The events that hand in what was read: one with all rows, then one for each block. */
export function rowsEvents(reads: Rows[]): CoreEvent[] {
  const rows = reads.map((read) => ('rows' in read ? read.rows : []));
  const blocks = reads.flatMap((read) => ('blocks' in read ? read.blocks : []));
  return [
    { header: { type: 'rows' }, body: encoder.encode(JSON.stringify(rows)) },
    ...blocks.map(({ data, cachedAt, syncVersion, ...header }) => {
      void [cachedAt, syncVersion];
      const body = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array();
      return { header: { ...header, type: 'block' }, body };
    }),
  ];
}
