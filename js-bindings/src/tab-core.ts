import { instantiate, type CoreExports } from './core.js';
import { LarderError } from './errors.js';

/** One thing that happened to a tab: wasm/include/larder_tab.h lists the types and their members. */
export interface Happened {
  type: string;
  [member: string]: unknown;
}

/** What tabs say to each other; `v` is the version of how. */
export interface TabMessage {
  v: number;
  kind: string;
  from: string;
  [member: string]: unknown;
}

/** What a tab is to do. */
export interface Move {
  do: MoveName;
  /** The event that it is about. */
  n: number;
  message: TabMessage;
  instance: string;
}

export type MoveName =
  | 'lock'
  | 'steal'
  | 'unlock'
  | 'lead'
  | 'stop'
  | 'push'
  | 'mail'
  | 'hand'
  | 'forget'
  | 'accept'
  | 'watch'
  | 'post'
  | 'orphan';

export interface TabPlan {
  moves: Move[];
  /** When to hand in `deadline`; null: never. */
  deadline: number | null;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The C side of a tab, which decides who leads and what is handed to whom; an instance of its own. */
export class TabCore {
  readonly #exports: CoreExports;
  readonly #tab: number;

  private constructor(exports: CoreExports) {
    this.#exports = exports;
    this.#tab = exports.tab_new(crypto.getRandomValues(new Uint32Array(1))[0]!);
    if (!this.#tab) throw new LarderError('no_memory');
  }

  static async create(module: WebAssembly.Module): Promise<TabCore> {
    return new TabCore(await instantiate(module));
  }

  /** What is to be done about something that happened. Throws `no_memory`; it is not to be used then. */
  step(happened: Happened, nowMs: number): TabPlan {
    const bytes = encoder.encode(JSON.stringify([happened]));
    const exports = this.#exports;
    const at = exports.tab_input(this.#tab, bytes.byteLength);
    if (!at) throw new LarderError('no_memory');
    new Uint8Array(exports.memory.buffer, at, bytes.byteLength).set(bytes);
    if (!exports.tab_step(this.#tab, nowMs)) throw new LarderError('no_memory');
    const [from, size] = [exports.tab_plan(this.#tab), exports.tab_plan_size(this.#tab)];
    return JSON.parse(decoder.decode(new Uint8Array(exports.memory.buffer, from, size))) as TabPlan;
  }
}
