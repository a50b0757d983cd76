/** The package's core as WebAssembly in this process, its steps timed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleForNode } from './bundle.mjs';

/** Instances whose `core_step` adds how long it took. */
function timed(instantiate, core) {
  return async (module, imports) => {
    const { exports } = await instantiate(module, imports);
    const core_step = (...args) => {
      const start = performance.now();
      const result = exports.core_step(...args);
      core.ms += performance.now() - start;
      return result;
    };
    core.memory = exports.memory;
    return { exports: { ...exports, core_step } };
  };
}

/**
 * @typedef {object} TimedCore
 * @property {(events: object[]) => import('../../js-bindings/src/core.js').Plan} step
 * @property {number} ms spent in the core so far
 * @property {WebAssembly.Memory} memory
 *
 * @param {string} packageFolder
 * @returns what pages/ has for this process, and `create`: a fresh core
 */
export async function loadTimedCore(packageFolder) {
  const parts = await bundleForNode();
  const module = await WebAssembly.compile(await readFile(join(packageFolder, 'chatlarder.wasm')));
  /** @returns {Promise<TimedCore>} */
  const create = async () => {
    const core = { ms: 0 };
    const instantiate = WebAssembly.instantiate;
    WebAssembly.instantiate = timed(instantiate, core);
    try {
      const inner = await parts.Core.create(module);
      core.step = (events) => inner.step(events, Date.now());
      return core;
    } finally {
      WebAssembly.instantiate = instantiate;
    }
  };
  return { ...parts, create };
}
