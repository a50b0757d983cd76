/** A site with the snippets, the packed package and the reference server, and a browser that visits it. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startServer } from '../../../web-demo/server/start.mjs';
import { launchChromium } from '../../browser/harness/engines/chromium.mjs';
import { temporaryFolder } from '../../browser/harness/processes.mjs';
import { root } from './extract.mjs';
import { fileOf } from './types.mjs';

/** With what the snippets look for in a page. */
const html = `<!doctype html><html lang="en"><title>Snippet</title>
<div id="app"></div><ul id="chats"></ul><ol id="messages"></ol>
<img id="picture" alt=""><video id="film"></video>
<button id="log-out">Log out</button><script type="module" src="/run.js"></script></html>`;

/** In a page the package is not bundled: it finds its worker and its WebAssembly beside itself. */
const packageBesides = {
  name: 'package',
  setup({ onResolve }) {
    const places = { chatlarder: 'index.js', 'chatlarder/inspector': 'inspector.js' };
    onResolve({ filter: /^chatlarder(\/inspector)?$/ }, ({ path }) => {
      return { path: `/package/${places[path]}`, external: true };
    });
  },
};

async function bundle(entry, outfile, options) {
  const common = { bundle: true, target: 'es2022', jsx: 'automatic', logLevel: 'silent' };
  const nodePaths = [join(root, 'node_modules')];
  const define = { 'process.env.NODE_ENV': '"production"' };
  await build({ ...common, define, nodePaths, entryPoints: [entry], outfile, ...options });
}

const bundleForPage = (entry, outfile) =>
  bundle(entry, outfile, { format: 'esm', plugins: [packageBesides] });

const addressOf = ({ document, name }) => `/snippets/${document.replaceAll('/', '-')}/${name}.js`;

/** Builds the site of an app's snippets; answers its folder. */
export async function buildSite(app, snippets) {
  const site = join(app, 'site');
  await mkdir(site);
  await writeFile(join(site, 'index.html'), html);
  await cp(join(app, 'node_modules/chatlarder/dist'), join(site, 'package'), { recursive: true });
  await bundleForPage(fileURLToPath(new URL('run.ts', import.meta.url)), join(site, 'run.js'));
  for (const snippet of snippets) {
    const to = join(site, addressOf(snippet));
    if (snippet.place === 'service-worker') await bundle(fileOf(app, snippet), to, { format: 'iife' });
    else await bundleForPage(fileOf(app, snippet), to);
  }
  return site;
}

/** Serves a site and opens a browser; `close` ends both. */
export async function visitSite(site) {
  const server = await startServer({ port: 0, staticDir: site, generate: { chats: 3, messages: 120 } });
  const profile = await temporaryFolder();
  const browser = await launchChromium(profile.path);
  const close = async () => {
    await browser.close();
    await server.close();
    await profile.remove();
  };
  return { browser, url: server.url, close };
}

/** Runs a snippet in a page of its own; answers what went wrong, or null. `look` is done in it after that. */
export async function runInPage({ browser, url }, snippet, look = async () => {}) {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const query = new URLSearchParams({ script: addressOf(snippet) });
  if (!snippet.code.includes('openLarder(')) query.set('larder', '');
  try {
    await page.goto(`${url}?${query}`);
    await page.locator('body[data-outcome]').waitFor({ timeout: 15_000 });
    const outcome = await page.evaluate(() => document.body.dataset.outcome);
    if (outcome !== 'it ran') problems.push(outcome);
    await look(page);
  } catch (error) {
    problems.push(error.message);
  }
  await page.close();
  return problems.length ? problems.join('\n') : null;
}

/** Has a service worker installed that is this snippet; answers what went wrong, or null. */
export async function installWorker({ browser, url }, snippet) {
  const page = await browser.newPage();
  const register = async (address) => {
    const registration = await navigator.serviceWorker.register(address);
    await registration.unregister();
  };
  try {
    await page.goto(`${url}?script=/package/index.js`);
    return await page.evaluate(register, addressOf(snippet)).then(() => null, String);
  } finally {
    await page.close();
  }
}

/** The policy under which the pages run. */
export async function policyOf({ url }) {
  return (await fetch(url)).headers.get('content-security-policy');
}
