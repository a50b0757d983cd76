/** What a page and its worker load of each contender, gzipped and Brotli. */
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { bundleForSize, closureOf } from '../bundle.mjs';

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Each file by itself, as a server sends them. */
function sizesOf(files) {
  return {
    raw: sum(files.map((file) => file.length)),
    gzip: sum(files.map((file) => gzipSync(file, { level: 9 }).length)),
    brotli: sum(files.map((file) => brotliCompressSync(file).length)),
  };
}

/** The scripts that an app would bundle, and the WebAssembly beside them. */
const bundled = {
  optimal: { scripts: [['./open-optimal.js', './support/optimal.js']] },
  naive: { scripts: [['./store-naive.js']] },
  idb: { scripts: [['./store-idb.js']] },
  dexie: { scripts: [['./store-dexie.js']] },
  rxdb: { scripts: [['./store-rxdb.js']] },
  pouchdb: { scripts: [['./store-pouchdb.js']] },
  sqlite: {
    scripts: [['./open-sqlite.js'], ['./store-sqlite.js']],
    wasm: new URL(import.meta.resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm')),
  },
};

/** @type {import('./index.mjs').Bench} */
export async function size({ pages: { packageFolder } }) {
  const sizes = {};
  for (const [name, { scripts, wasm }] of Object.entries(bundled)) {
    const files = await Promise.all(scripts.map(bundleForSize));
    if (wasm) files.push(await readFile(wasm));
    sizes[name] = sizesOf(files);
  }
  const own = await closureOf(packageFolder, ['index.js', 'link.js', 'worker.js']);
  const parts = await Promise.all(
    [...own, 'chatlarder.wasm'].map((name) => readFile(`${packageFolder}/${name}`)),
  );
  sizes.chatlarder = sizesOf(parts);
  const rows = Object.entries(sizes).map(([name, { raw, gzip, brotli }]) => {
    return [name, ...[raw, gzip, brotli].map(kilobytes)];
  });
  const title = 'size: kB that a page and its worker load, with the code around it that this bench needs';
  const columns = ['', 'minified', 'gzipped', 'Brotli'];
  const lines = rows.map(([name, , gzip, brotli]) => `size: ${name} ${gzip} kB gzipped, ${brotli} Brotli`);
  return { tables: [{ title, columns, rows }], lines, data: { size: { title, sizes } } };
}
