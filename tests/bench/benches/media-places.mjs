/** From which size on files are better kept in the origin private file system than in the database. */
import { median, orderOf, ratiosOf } from '../statistics.mjs';

const KB = 2 ** 10;
const MB = 2 ** 20;
const sizes = [
  { bytes: 64 * KB, files: 64 },
  { bytes: 256 * KB, files: 32 },
  { bytes: MB / 2, files: 24 },
  { bytes: MB, files: 16 },
  { bytes: 2 * MB, files: 12 },
  { bytes: 4 * MB, files: 8 },
  { bytes: 16 * MB, files: 4 },
];
const placeNames = ['database', 'files'];

const nameOf = (bytes) => (bytes < MB ? `${bytes / KB} KiB` : `${bytes / MB} MiB`);

async function timePlaces(browser, size, round, samples) {
  for (const place of orderOf(placeNames, round))
    samples[place].push(await browser.run('/scripts/places.js', { ...size, place }));
}

function rowOf({ bytes }, { database, files }) {
  const middle = (results, key) => median(results.map((result) => result[key]));
  const sums = [files, database].map((results) => results.map(({ putMs, getMs }) => putMs + getMs));
  const times = [
    middle(database, 'putMs'),
    middle(database, 'getMs'),
    middle(files, 'putMs'),
    middle(files, 'getMs'),
  ];
  return [nameOf(bytes), ...times.map((ms) => ms.toFixed(2)), median(ratiosOf(...sums)).toFixed(2)];
}

/** @param {import('./index.mjs').Context} context */
export async function places({ rounds, withBrowser }) {
  const samples = sizes.map(() => ({ database: [], files: [] }));
  for (let round = 0; round < rounds; round += 1) {
    await withBrowser(async (browser) => {
      for (const [i, size] of sizes.entries()) await timePlaces(browser, size, round, samples[i]);
    });
  }
  const rows = sizes.map((size, i) => rowOf(size, samples[i]));
  const columns = ['', 'database put', 'get', 'files put', 'get', 'files / database'];
  const title =
    'media-places: ms for one file in IndexedDB and in OPFS, its row included, and the ratio of the sums';
  return {
    tables: [{ title, columns, rows }],
    lines: rows.map((row) => `media-places: ${row[0]} in files ${row.at(-1)} x database time`),
    data: { 'media-places': sizes.map((size, i) => ({ ...size, ...samples[i] })) },
  };
}
