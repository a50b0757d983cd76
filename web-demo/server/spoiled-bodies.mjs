import { once } from 'node:events';
import { Readable } from 'node:stream';

/** @import { ServerResponse } from 'node:http' */
/** @import { Fault } from './faults.mjs' */

/**
 * A body whose bytes are spoiled while they are sent: all wrong, at a standstill after so many, or at an end
 * after so many, with the connection. What the headers promise stays.
 *
 * @param {Fault} fault
 * @param {Readable | Buffer} body
 * @param {ServerResponse} response
 * @param {AbortSignal} cleared when the fault is no longer set, or the server closes: a standstill goes on
 * @returns {Readable}
 */
export function spoiledBody(fault, body, response, cleared) {
  const source = body instanceof Readable ? body : Readable.from([body]);
  const wrong = fault.wrongBytes ? inverted(source) : source;
  const parts = interrupted(fault, wrong, response, cleared);
  response.once('close', () => source.destroy());
  // With no room for a byte the next part is asked for when the one before has been written.
  return Readable.from(parts, { objectMode: false, highWaterMark: 1 });
}

/** Whether a fault touches the bytes of a body. @param {Fault} fault */
export function spoilsBytes({ wrongBytes, cutAfter, stallAfter }) {
  return Boolean(wrongBytes) || cutAfter !== undefined || stallAfter !== undefined;
}

/** @param {AsyncIterable<Buffer>} source */
async function* inverted(source) {
  for await (const bytes of source) yield Buffer.from(bytes.map((byte) => byte ^ 0xff));
}

/**
 * @param {Fault} fault
 * @param {AsyncIterable<Buffer>} source
 * @param {ServerResponse} response
 * @param {AbortSignal} cleared
 */
async function* interrupted({ cutAfter = Infinity, stallAfter = Infinity }, source, response, cleared) {
  let sent = 0;
  const isNow = (/** @type {number} */ place, /** @type {Buffer} */ bytes) =>
    sent <= place && place < sent + bytes.length;
  for await (const bytes of source) {
    const place = Math.min(...[stallAfter, cutAfter].filter((at) => isNow(at, bytes)));
    const before = bytes.subarray(0, place - sent);
    if (before.length > 0) yield before;
    if (isNow(stallAfter, bytes)) await standstill(response, cleared);
    if (isNow(cutAfter, bytes)) return hangUp(response);
    if (place - sent < bytes.length) yield bytes.subarray(place - sent);
    sent += bytes.length;
  }
}

/**
 * Until the fault is cleared or the client has gone.
 *
 * @param {ServerResponse} response
 * @param {AbortSignal} cleared
 */
async function standstill(response, cleared) {
  if (cleared.aborted || response.destroyed) return;
  await Promise.race([once(response, 'close'), once(cleared, 'abort')]);
}

/**
 * Ends the connection in the middle of the body; what was sent before still arrives.
 *
 * @param {ServerResponse} response
 */
async function hangUp(response) {
  response.socket?.end();
  if (!response.destroyed) await once(response, 'close');
}
