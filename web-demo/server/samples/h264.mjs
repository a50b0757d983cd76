/** @import { Picture } from './picture.mjs' */

/**
 * The simplest H.264 there is (ITU-T H.264, constrained baseline): a block of 16 by 16 pixels is either
 * carried as it is (I_PCM) or the same as in the picture before (P_Skip). Every decoder knows both, nothing
 * is lost, and what doesn't move costs next to nothing.
 */

const BLOCK = 16;
const PROFILE = [66, 0xc0, 30]; // constrained baseline, level 3
const FRAME_NUMBER_BITS = 8;
const I_PCM_IN_I = 25;
const I_PCM_IN_P = 30;
const NAL_IDR = 0x65;
const NAL_SLICE = 0x61;

/** Bits, most significant first, with the codes that H.264 writes numbers in. */
class Bits {
  /** @type {number[]} */
  #bytes = [];
  #free = 0;

  /** @param {number} value @param {number} count */
  put(value, count) {
    for (let bit = count - 1; bit >= 0; bit--) {
      if (this.#free === 0) this.#free = this.#bytes.push(0) && 8;
      this.#free -= 1;
      this.#bytes[this.#bytes.length - 1] |= ((value >> bit) & 1) << this.#free;
    }
    return this;
  }

  /** Exponential Golomb codes of small numbers, one after the other. @param {number[]} values */
  golomb(...values) {
    for (const value of values) {
      const length = 31 - Math.clz32(value + 1);
      this.put(0, length).put(value + 1, length + 1);
    }
    return this;
  }

  /** Whole bytes, after zeros up to the next one. @param {Iterable<number>} bytes */
  aligned(bytes) {
    this.#free = 0;
    for (const byte of bytes) this.#bytes.push(byte);
  }

  /** A unit of the stream: closed by a one, with no byte sequence that would look like a start code. */
  unit(/** @type {number} */ header) {
    this.put(1, 1);
    const escaped = [header];
    let zeros = 0;
    for (const byte of this.#bytes) {
      if (zeros === 2 && byte <= 3) zeros = escaped.push(3) && 0;
      zeros = byte === 0 ? zeros + 1 : 0;
      escaped.push(byte);
    }
    return Buffer.from(escaped);
  }
}

/** What the stream says of itself: its parameter sets. @param {number} width @param {number} height */
export function parameterSets(width, height) {
  const sequence = new Bits();
  for (const byte of PROFILE) sequence.put(byte, 8);
  sequence.golomb(0, FRAME_NUMBER_BITS - 4, 2, 1).put(0, 1);
  sequence.golomb(width / BLOCK - 1, height / BLOCK - 1).put(0b1100, 4);
  const picture = new Bits();
  picture.golomb(0, 0).put(0, 2).golomb(0, 0, 0).put(0, 3).golomb(0, 0, 0).put(0b100, 3);
  return { sequence: sequence.unit(0x67), picture: picture.unit(0x68), profile: PROFILE };
}

/**
 * Frames of pictures whose sides are multiples of 16. Every `keyEvery`th can be decoded by itself.
 *
 * @param {Iterable<Picture>} pictures
 * @param {number} keyEvery at most 256
 * @returns {{ data: Buffer, isKey: boolean }[]}
 */
export function encodeFrames(pictures, keyEvery) {
  /** @type {{ data: Buffer, isKey: boolean }[]} */
  const frames = [];
  /** @type {Buffer[]} */
  let before = [];
  let number = 0;
  for (const picture of pictures) {
    const isKey = frames.length % keyEvery === 0;
    number = isKey ? 0 : number + 1;
    const blocks = blocksOf(picture);
    const data = isKey ? keyFrame(blocks, frames.length / keyEvery) : changes(blocks, before, number);
    frames.push({ data, isKey });
    before = blocks;
  }
  return frames;
}

/** @param {Buffer[]} blocks @param {number} count of the key frame */
function keyFrame(blocks, count) {
  const bits = new Bits();
  bits
    .golomb(0, 7, 0)
    .put(0, FRAME_NUMBER_BITS)
    .golomb(count % 2);
  bits.put(0, 2).golomb(0, 1);
  for (const block of blocks) bits.golomb(I_PCM_IN_I).aligned(block);
  return bits.unit(NAL_IDR);
}

/** @param {Buffer[]} blocks @param {Buffer[]} before @param {number} number */
function changes(blocks, before, number) {
  const bits = new Bits();
  bits.golomb(0, 5, 0).put(number, FRAME_NUMBER_BITS).put(0, 3).golomb(0, 1);
  let same = 0;
  for (const [index, block] of blocks.entries()) {
    if (block.equals(/** @type {Buffer} */ (before[index]))) {
      same += 1;
      continue;
    }
    bits.golomb(same, I_PCM_IN_P).aligned(block);
    same = 0;
  }
  if (same > 0) bits.golomb(same);
  return bits.unit(NAL_SLICE);
}

/** The blocks of a picture, row by row: brightness of each pixel, then colour of each two by two. */
function blocksOf(/** @type {Picture} */ picture) {
  const blocks = [];
  for (let y = 0; y < picture.height; y += BLOCK) {
    for (let x = 0; x < picture.width; x += BLOCK) blocks.push(blockAt(picture, x, y));
  }
  return blocks;
}

/** @param {Picture} picture @param {number} left @param {number} top */
function blockAt({ data, width }, left, top) {
  const block = Buffer.alloc(BLOCK * BLOCK * 1.5);
  for (let y = 0, to = 0; y < BLOCK; y++) {
    for (let x = 0; x < BLOCK; x++, to++) {
      const at = ((top + y) * width + left + x) * 3;
      const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
      block[to] = 16 + 0.2568 * red + 0.5041 * green + 0.0979 * blue;
      if (x % 2 || y % 2) continue;
      const colour = 256 + (y / 2) * 8 + x / 2;
      block[colour] = 128 - 0.1482 * red - 0.291 * green + 0.4392 * blue;
      block[colour + 64] = 128 + 0.4392 * red - 0.3678 * green - 0.0714 * blue;
    }
  }
  return block;
}
