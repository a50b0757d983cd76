import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** @import { LoadRecord, Unusable } from './load.mjs' */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The messages of a file with one JSON object a line (`chat`, `seq`, `time`, `nick`, `text`), plain or
 * gzipped. A line that isn't one counts as unusable.
 *
 * @param {string} path
 * @returns {AsyncGenerator<LoadRecord | Unusable>}
 */
export async function* readMessageFile(path) {
  const channel = channelOf(path);
  for await (const line of linesOf(path)) {
    if (line.trim() === '') continue;
    const value = parse(line);
    yield value ? { ...value, title: titleOf(String(value.chat), channel) } : { unusable: 'invalid' };
  }
}

/** @param {string} path */
async function* linesOf(path) {
  const file = createReadStream(path);
  // The pipeline passes errors on in both directions; they arrive in the loop below.
  const input = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file;
  let rest = '';
  try {
    for await (const text of input.setEncoding('utf8')) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw new Error(`${path} can't be read: ${/** @type {Error} */ (error).message}`, { cause: error });
  }
  yield rest;
}

/** @param {string} line */
function parse(line) {
  try {
    const value = JSON.parse(line);
    return value !== null && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** `ubuntu-support.ndjson.gz` is about #ubuntu. @param {string} path */
function channelOf(path) {
  return `#${/^[^.\-_]+/.exec(basename(path))?.[0] ?? 'chat'}`;
}

/**
 * A title people can read, from a chat's name: `2004-11-15_03` becomes "#ubuntu, 15 Nov 2004, part 03".
 *
 * @param {string} name
 * @param {string} channel
 */
export function titleOf(name, channel) {
  const [, year, month, day, rest] = /^(\d{4})-(0[1-9]|1[0-2])-(\d\d)(?:[_.](.+))?$/.exec(name) ?? [];
  if (!year) return name;
  const date = `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
  const part = rest?.replace(/^train-/, '').toUpperCase();
  return [channel, date, part && `part ${part}`].filter(Boolean).join(', ');
}
