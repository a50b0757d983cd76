import { createHash } from 'node:crypto';

/** The namespace of every id that this server derives from a name. */
const NAMESPACE = Buffer.from('6f1b3c52a9e84d0b8a7750d2c1f4e963', 'hex');

/**
 * A UUID of version 5 (RFC 9562): the same name always gives the same id.
 *
 * @param {string} name
 * @param {Buffer} [namespace]
 * @returns {string}
 */
export function uuidOf(name, namespace = NAMESPACE) {
  const bytes = createHash('sha1').update(namespace).update(name, 'utf8').digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
