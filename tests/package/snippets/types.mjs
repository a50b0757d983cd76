/** Compiles snippets as a strict program would, against the packed package. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './extract.mjs';

const compiler = join(root, 'node_modules/typescript/bin/tsc');
const compilerOptions = {
  ...{ target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', jsx: 'react-jsx' },
  ...{ lib: ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'], types: [], skipLibCheck: true },
  ...{ strict: true, exactOptionalPropertyTypes: true, allowJs: true, checkJs: true, noEmit: true },
};

const modules = join(root, 'node_modules');
/** What a snippet may import besides the package: as its own types, or as those that others wrote for it. */
const paths = { '*': ['./node_modules/*', `${modules}/@types/*`, `${modules}/*`] };

/** Where a snippet's file lies in the app that has the package installed. */
export function fileOf(app, { document, language, name }) {
  return join(app, 'snippets', document.replaceAll('/', '-'), `${name}.${language}`);
}

/** Writes snippets as modules of an app, so that each may use `await` and has names of its own. */
export async function writeSnippets(app, snippets) {
  for (const snippet of snippets) {
    const path = fileOf(app, snippet);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(
      path,
      /^(import|export)\b/m.test(snippet.code) ? snippet.code : `${snippet.code}export {};\n`,
    );
  }
}

/**
 * What the compiler finds wrong, a line a problem; `contexts` are files of this folder that declare what the
 * snippets take for granted.
 */
export async function typeProblems(app, snippets, contexts) {
  const files = snippets.map((snippet) => fileOf(app, snippet));
  for (const context of contexts) {
    await cp(fileURLToPath(new URL(context, import.meta.url)), join(app, context));
    files.push(join(app, context));
  }
  const config = join(app, `tsconfig.${basename(contexts.at(-1))}.json`);
  await writeFile(config, JSON.stringify({ compilerOptions: { ...compilerOptions, paths }, files }));
  const { stdout } = spawnSync(process.execPath, [compiler, '--pretty', 'false', '-p', config], {
    cwd: app,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
}
