/** What must be loaded before a clock starts. */

function preloadModule(href: string): Promise<unknown> {
  const link = Object.assign(document.createElement('link'), { rel: 'modulepreload', href });
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error(`${href} can't be loaded`));
    document.head.append(link);
  });
}

/** Brings a file into the browser's cache; what only a worker imports, too. */
async function fetchOnce(href: string): Promise<void> {
  await (await fetch(href)).arrayBuffer();
}

/** Loads modules of the page; after a `+` files for its worker. */
export async function preload(hrefs: string[]): Promise<void> {
  await Promise.all(
    hrefs.map((href) => (href.startsWith('+') ? fetchOnce(href.slice(1)) : preloadModule(href))),
  );
}
