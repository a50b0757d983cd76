/** No file of the repository says where this machine gets its packages: elsewhere that is another place. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, trackedFiles } from './files.mjs';

const aptSources = '/etc/apt/sources.list.d';

function npmRegistry() {
  return execFileSync('npm', ['config', 'get', 'registry'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The lines of apt's lists that name a source of packages. */
function aptRegistries() {
  const names = existsSync(aptSources) ? readdirSync(aptSources) : [];
  const lists = names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(aptSources, name));
  const texts = ['/etc/apt/sources.list', ...lists]
    .filter(existsSync)
    .map((path) => readFileSync(path, 'utf8'));
  const lines = texts.flatMap((text) => text.split('\n'));
  return lines.filter((line) => /^\s*(deb|deb-src|URIs:)\s/i.test(line)).join('\n');
}

/** The hosts of all addresses in a text; one of this machine itself tells something only with its port. */
function hostsIn(text) {
  const addresses = text.match(/https?:\/\/[^\s/]+/g) ?? [];
  const urls = addresses.map((address) => new URL(address));
  const told = urls.filter(({ hostname, port }) => port || !/^(localhost|127\..*|\[.*\])$/.test(hostname));
  return [...new Set(told.map(({ host }) => host))];
}

export function registryHosts() {
  const hosts = hostsIn(`${npmRegistry()}\n${aptRegistries()}`);
  return trackedFiles(/./).flatMap((path) => {
    const text = readFileSync(join(root, path), 'latin1');
    const isNamed = hosts.some((host) => text.includes(host));
    const isResolved = path.endsWith('package-lock.json') && /"resolved": "http/.test(text);
    return isNamed || isResolved ? [`${path} names a package registry`] : [];
  });
}
