/** What others find when they load the package: judged by the programs that know every way of doing so. */
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './files.mjs';
import { program } from './programs.mjs';

/** Not a module, though it is exported: an app asks for its address. */
const notModules = ['chatlarder.wasm'];

/** Suggestions count, too. */
export async function howItIsPacked() {
  const { messages, pkg } = await publint({ pkgDir: root, pack: 'npm' });
  return messages.map((message) => formatMessage(message, pkg, { color: false }));
}

/** There is no CommonJS: who has that imports the package dynamically, which needs no types of its own. */
export function howItIsTyped() {
  const options = ['--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'];
  return program('npx', 'attw', '--pack', '.', ...options, '--exclude-entrypoints', ...notModules);
}
