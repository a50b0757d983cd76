/** Workers with the fault shim (modules/shim.ts) in front of their IndexedDB. */
import type { ShimState } from '../modules/shim.js';
import type { ShimOptions } from './fault-shim.js';
import { until } from './larder.js';

let made = 0;

/** From `install` to `restore` the workers of larders are made with a shim. */
export class ShimmedWorkers {
  readonly #original = globalThis.Worker;
  readonly #shims: RemoteShim[] = [];
  readonly #urls: string[] = [];

  install(options: ShimOptions): void {
    const wrap = (url: string) => this.#wrap(url, options);
    globalThis.Worker = class extends this.#original {
      constructor(url: string | URL, own?: WorkerOptions) {
        super(wrap(String(url)), own);
      }
    };
  }

  /** Workers that are made from now on have none. */
  restore(): void {
    globalThis.Worker = this.#original;
  }

  /** Nothing goes wrong any more; what hung goes on. */
  async release(): Promise<void> {
    await Promise.all(this.#shims.map((shim) => shim.release()));
  }

  /** Every connection is dropped; no other can be had until `release()`. */
  async lose(): Promise<void> {
    await Promise.all(this.#shims.map((shim) => shim.lose()));
  }

  /** What the shims tell of the workers, also when those are gone. */
  get states(): ShimState[] {
    return this.#shims.map(({ state }) => state);
  }

  close(): void {
    for (const shim of this.#shims.splice(0)) shim.close();
    for (const url of this.#urls.splice(0)) URL.revokeObjectURL(url);
  }

  #wrap(url: string, options: ShimOptions): string {
    const name = `shim-${Date.now().toString(36)}-${(made += 1)}`;
    this.#shims.push(new RemoteShim(name));
    const query = new URLSearchParams({ channel: name, options: JSON.stringify(options) });
    const modules = [new URL(`/modules/shim.js?${query.toString()}`, location.href).href, url];
    const script = modules.map((each) => `import ${JSON.stringify(each)};`).join('\n');
    const own = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    this.#urls.push(own);
    return own;
  }
}

/** A worker's shim, as the page has it. */
class RemoteShim {
  state: ShimState = { calls: 0, hits: 0, names: [], uncaught: [], released: false };
  readonly #channel: BroadcastChannel;
  #isThere = false;

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<ShimState>) => {
      this.state = data;
      this.#isThere = true;
    };
  }

  /** One that was never there has nothing to release. */
  async release(): Promise<void> {
    if (!this.#isThere) return;
    this.#channel.postMessage('release');
    await until(() => this.state.released);
  }

  async lose(): Promise<void> {
    this.state.released = true;
    this.#channel.postMessage('lose');
    await until(() => !this.state.released);
  }

  close(): void {
    this.#channel.close();
  }
}
