/** The package as its users get it: what is in the tarball, and that it works however it is loaded. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { build as buildWithEsbuild } from 'esbuild';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';
import { installPacked, pageFor } from './install.mjs';
import { strayTexts } from './maps.mjs';
import { reachable } from './reachable.mjs';
import { withPage } from './serve.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const conversation = ['Good morning', 'The printer is on fire', 'Is it still?'];
let packed;

before(async () => (packed = await installPacked()));
after(() => packed?.remove());

/** The chat and a file are shown as the server has them, and again, from disk, when there is no server. */
async function showsTheChat(folder) {
  await withPage(folder, async (page, url) => {
    for (const address of [`${url}/`, `${url}/?offline`]) {
      await page.goto(address);
      await page
        .locator('#messages li')
        .nth(conversation.length - 1)
        .waitFor();
      assert.deepEqual(await page.locator('#messages li').allTextContents(), conversation);
      await page.locator('body[data-file="a file"]').waitFor();
    }
  });
}

async function readManifest() {
  return JSON.parse(await readFile(join(packed.installed, 'package.json'), 'utf8'));
}

describe('the tarball', () => {
  test('holds the papers, and what can be come to from its exports, and nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/NOTICES.txt', 'package.json'];
    const listed = execFileSync('git', ['ls-files', 'docs'], { cwd: root, encoding: 'utf8' });
    const docs = listed.trim().split('\n');
    assert.deepEqual([...packed.files].sort(), [...papers, ...docs, ...reachable(packed.installed)].sort());
  });

  test('has maps that lead to the sources', async () => {
    const scripts = packed.files.filter((path) => path.endsWith('.js'));
    for (const path of scripts) assert.deepEqual(await strayTexts(join(packed.installed, path)), [], path);
  });

  test('is left out where nothing of it is used, but for what does something by itself', async () => {
    const kept = {
      '': false,
      '/react': false,
      '/service-worker': false,
      '/inspector': true,
      '/worker.js': true,
    };
    const options = { bundle: true, write: false, format: 'esm', external: ['react'], minify: true };
    for (const [entry, isKept] of Object.entries(kept)) {
      const stdin = { contents: `import 'chatlarder${entry}';`, resolveDir: packed.app };
      const { outputFiles } = await buildWithEsbuild({ stdin, ...options, logLevel: 'error' });
      assert.equal(outputFiles[0].text.trim() !== '', isKept, `chatlarder${entry}`);
    }
  });

  test('has types that a strict program compiles with', () => {
    const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', packed.app], {
      encoding: 'utf8',
    });
    assert.deepEqual([status, stdout], [0, '']);
  });

  test('brings no other package along and runs nothing when it is installed', async () => {
    const { dependencies = {}, scripts = {} } = await readManifest();
    assert.deepEqual(dependencies, {});
    assert.deepEqual(
      Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name)),
      [],
    );
  });
});

describe('in Node', () => {
  /** Runs a module in the app's folder; answers what it printed as JSON. */
  function runModule(source) {
    const args = ['--input-type=module', '--eval', source];
    return JSON.parse(
      execFileSync(process.execPath, args, { cwd: packed.app, encoding: 'utf8', timeout: 20_000 }),
    );
  }

  test('importing leaves no trace, and nothing that would keep the program from ending', () => {
    const added = runModule(`
      const before = new Set(Reflect.ownKeys(globalThis));
      await import('chatlarder');
      await import('chatlarder/inspector');
      const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key));
      console.log(JSON.stringify(added.map(String)));
    `);
    assert.deepEqual(added, []);
  });

  test('a server renders with the hooks, and React is the app’s own', async () => {
    const modules = join(packed.app, 'node_modules');
    const brought = ['react', 'react-dom', 'scheduler'];
    for (const name of brought) {
      const installed = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
      await cp(installed, join(modules, name), { recursive: true });
    }
    const rendered = runModule(`
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { LarderProvider, useChats, useConnection } from 'chatlarder/react';
      const Shown = () => JSON.stringify([useChats().chats, useConnection()]);
      const app = createElement(LarderProvider, { larder: null }, createElement(Shown));
      console.log(JSON.stringify(renderToString(app)));
    `);
    for (const name of brought) await rm(join(modules, name), { recursive: true });
    assert.equal(rendered, '[null,null]');
  });

  test('opening says that this is no place for it', () => {
    const outcome = runModule(`
      import { LarderError, openLarder } from 'chatlarder';
      const transport = { fetchChats: async () => ({}), fetchMessages: async () => ({}) };
      const error = await openLarder({ userId: 'customer', transport }).catch((reason) => reason);
      console.log(JSON.stringify({ isLarderError: error instanceof LarderError, code: error.code }));
    `);
    assert.deepEqual(outcome, { isLarderError: true, code: 'environment' });
  });
});

describe('in a service worker', () => {
  test('built into one file, which loads nothing more', async () => {
    const { app } = packed;
    const folder = join(app, 'out-service-worker');
    await mkdir(folder);
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Page</title>');
    const outfile = join(folder, 'sw.js');
    const entryPoints = [join(app, 'service-worker.js')];
    const options = { bundle: true, format: 'iife', target: 'es2022', logLevel: 'silent' };
    const { warnings } = await buildWithEsbuild({ entryPoints, outfile, ...options });
    assert.deepEqual(warnings, []);
    assert.doesNotMatch(await readFile(outfile, 'utf8'), /\bimport\(|importScripts/);
    await withPage(folder, async (page, url) => {
      await page.goto(url);
      const state = await page.evaluate(async () => {
        await navigator.serviceWorker.register('sw.js');
        return (await navigator.serviceWorker.ready).active.scriptURL;
      });
      assert.equal(state, `${url}/sw.js`);
    });
  });
});

describe('in a page', () => {
  test('built with Vite', async () => {
    const { app } = packed;
    const outDir = join(app, 'out-vite');
    await writeFile(join(app, 'index.html'), pageFor('/main.js'));
    await buildWithVite({ root: app, configFile: false, logLevel: 'warn', build: { outDir } });
    await showsTheChat(outDir);
  });

  test('built with webpack', async () => {
    const { app } = packed;
    const path = join(app, 'out-webpack');
    const compiler = webpack({ mode: 'production', context: app, entry: './main.js', output: { path } });
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    assert.deepEqual(stats.toJson({ all: false, errors: true, warnings: true }).errors, []);
    await writeFile(join(path, 'index.html'), pageFor('/main.js'));
    await showsTheChat(path);
  });

  test('from a plain module script', async () => {
    const { app } = packed;
    const folder = join(app, 'out-plain');
    await mkdir(folder);
    for (const name of ['chat.js', 'plain.js', 'node_modules']) {
      await cp(join(app, name), join(folder, name), { recursive: true });
    }
    await writeFile(join(folder, 'index.html'), pageFor('/plain.js'));
    await showsTheChat(folder);
  });
});
