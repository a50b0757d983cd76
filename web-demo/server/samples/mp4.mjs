import { parameterSets } from './h264.mjs';

/** An MP4 file (ISO/IEC 14496-12) with one track of H.264; its index comes first. */

const UNITY = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

/** @param {number[]} values */
const u32 = (...values) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
};

/** @param {number[]} values */
const u16 = (...values) => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
};

/** @param {string} type @param {(Buffer | string)[]} parts */
function box(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

/**
 * @typedef {object} Film
 * @property {number} width
 * @property {number} height
 * @property {number} framesPerSecond
 * @property {{ data: Buffer, isKey: boolean }[]} frames
 */

/** @param {Film} film @returns {Buffer} */
export function mp4Of(film) {
  const samples = film.frames.map(({ data }) => Buffer.concat([u32(data.length), data]));
  const type = box('ftyp', 'isom', u32(512), 'isomavc1mp41');
  const indexBytes = indexOf(film, samples, 0).length;
  const index = indexOf(film, samples, type.length + indexBytes + 8);
  return Buffer.concat([type, index, box('mdat', ...samples)]);
}

/** @param {Film} film @param {Buffer[]} samples @param {number} place of the first sample in the file */
function indexOf(film, samples, place) {
  const { framesPerSecond, frames, width, height } = film;
  const count = frames.length;
  const header = [u32(0, 0, 0, framesPerSecond, count, 0x10000), u16(0x100, 0), u32(0, 0)];
  const track = [u32(7, 0, 0, 1, 0, count, 0, 0), u16(0, 0, 0, 0), u32(...UNITY)];
  const handler = box('hdlr', u32(0, 0), 'vide', u32(0, 0, 0), 'film\0');
  const media = box(
    'mdia',
    box('mdhd', u32(0, 0, 0, framesPerSecond, count), u16(0x55c4, 0)),
    handler,
    box(
      'minf',
      box('vmhd', u32(1), u16(0, 0, 0, 0)),
      box('dinf', box('dref', u32(0, 1), box('url ', u32(1)))),
      sampleTable(film, samples, place),
    ),
  );
  return box(
    'moov',
    box('mvhd', ...header, u32(...UNITY), u32(0, 0, 0, 0, 0, 0, 2)),
    box('trak', box('tkhd', ...track, u32(width << 16, height << 16)), media),
  );
}

/** @param {Film} film @param {Buffer[]} samples @param {number} place */
function sampleTable({ frames, width, height }, samples, place) {
  const keys = frames.flatMap(({ isKey }, index) => (isKey ? [index + 1] : []));
  return box(
    'stbl',
    box('stsd', u32(0, 1), sampleEntry(width, height)),
    box('stts', u32(0, 1, samples.length, 1)),
    box('stss', u32(0, keys.length, ...keys)),
    box('stsc', u32(0, 1, 1, samples.length, 1)),
    box('stsz', u32(0, 0, samples.length, ...samples.map(({ length }) => length))),
    box('stco', u32(0, 1, place)),
  );
}

/** @param {number} width @param {number} height */
function sampleEntry(width, height) {
  const { sequence, picture, profile } = parameterSets(width, height);
  const configuration = box(
    'avcC',
    Buffer.from([1, ...profile, 0xff, 0xe1]),
    ...[u16(sequence.length), sequence, Buffer.from([1]), u16(picture.length), picture],
  );
  const name = Buffer.alloc(32);
  return box(
    'avc1',
    u16(0, 0, 0, 1),
    u32(0, 0, 0, 0),
    u16(width, height),
    u32(0x480000, 0x480000, 0),
    ...[u16(1), name, u16(24, 0xffff), configuration],
  );
}
