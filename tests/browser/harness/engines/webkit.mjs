/**
 * WebKitGTK, twice: as an ordinary browser window that may use all storage, and as an automation session,
 * which keeps everything in memory and has no origin private file system, no storage estimate, and no blobs
 * in IndexedDB, much as a private window elsewhere.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { orEnd, startGroup } from '../processes.mjs';
import { startSession } from '../webdriver.mjs';

const features = '+FileSystem,+StorageAPI,+StorageAPIEstimate,+AccessHandle,+FileSystemWritableStream';

/** The browser that comes with WebKitGTK; it is not on the PATH. */
function miniBrowser() {
  const inside = (folder) => readdirSync(folder).map((name) => join(folder, name));
  const libraries = inside('/usr/lib').filter((path) => path.endsWith('-linux-gnu'));
  const versions = libraries.flatMap(inside).filter((path) => /\/webkit2?gtk-[\d.]+$/.test(path));
  const path = versions.map((version) => join(version, 'MiniBrowser')).find(existsSync);
  if (!path) throw new Error("WebKitGTK's MiniBrowser is not installed: run `npm run setup`");
  return path;
}

/** An environment in which nothing of the user's is read or written. */
function environment(home) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('XDG_'));
  return { ...Object.fromEntries(inherited), HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home };
}

/** @type {import('./index.mjs').Engine} */
export const webkitWindow = {
  name: 'webkit (window)',
  async open(url, home) {
    const options = [`--features=${features}`, '--enable-write-console-messages-to-stdout=true'];
    const args = ['-a', miniBrowser(), ...options, url];
    const browser = startGroup('xvfb-run', args, environment(home));
    return { gone: browser.gone, output: browser.output, close: browser.end };
  },
};

/** @type {import('./index.mjs').Engine} */
export const webkitAutomation = {
  name: 'webkit (automation)',
  // Rows and transports are the same as in the window, and the suite has to end.
  layouts: ['blocks'],
  grep: '^(?!transport )',
  async open(url, home) {
    const session = await startSession(miniBrowser(), environment(home));
    await orEnd(session.goTo(url), session.end);
    return { gone: session.gone, output: session.output, close: session.end };
  },
};
