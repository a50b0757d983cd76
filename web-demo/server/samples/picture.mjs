/**
 * @typedef {[number, number, number]} Colour red, green and blue, 0 to 255
 *
 * @typedef {object} Box
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} [radius] of its corners
 */

/** A picture in memory, three bytes a pixel, that is painted from back to front. */
export class Picture {
  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 3);
  }

  copy() {
    const copy = new Picture(this.width, this.height);
    copy.data.set(this.data);
    return copy;
  }

  /** @param {(x: number, y: number) => Colour} colourAt */
  fill(colourAt) {
    for (let y = 0, at = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, at += 3) {
        const colour = colourAt(x, y);
        for (let channel = 0; channel < 3; channel++) this.data[at + channel] = colour[channel];
      }
    }
  }

  /** A box with round corners and soft edges. @param {Box} box @param {Colour} colour */
  box({ x, y, width, height, radius = 0 }, colour) {
    const [right, bottom] = [Math.min(this.width, x + width + 1), Math.min(this.height, y + height + 1)];
    for (let row = Math.max(0, Math.floor(y - 1)); row < bottom; row++) {
      for (let column = Math.max(0, Math.floor(x - 1)); column < right; column++) {
        const outsideX = Math.abs(column + 0.5 - x - width / 2) - width / 2 + radius;
        const outsideY = Math.abs(row + 0.5 - y - height / 2) - height / 2 + radius;
        const corner = Math.hypot(Math.max(outsideX, 0), Math.max(outsideY, 0));
        const distance = corner + Math.min(Math.max(outsideX, outsideY), 0) - radius;
        this.#blend(column, row, colour, 0.5 - distance);
      }
    }
  }

  /** @param {number} x @param {number} y @param {number} radius @param {Colour} colour */
  disc(x, y, radius, colour) {
    this.box({ x: x - radius, y: y - radius, width: radius * 2, height: radius * 2, radius }, colour);
  }

  /** @param {number} x @param {number} y @param {Colour} colour @param {number} share up to 1 */
  #blend(x, y, colour, share) {
    if (share <= 0) return;
    const at = (y * this.width + x) * 3;
    const part = Math.min(share, 1);
    for (let channel = 0; channel < 3; channel++) {
      const below = this.data[at + channel] ?? 0;
      this.data[at + channel] = below + ((colour[channel] ?? 0) - below) * part;
    }
  }
}

/**
 * Between two colours: 0 is the first, 1 the second.
 *
 * @param {Colour} a
 * @param {Colour} b
 * @param {number} share
 */
export function mixed(a, b, share) {
  return /** @type {Colour} */ ([
    a[0] + (b[0] - a[0]) * share,
    a[1] + (b[1] - a[1]) * share,
    a[2] + (b[2] - a[2]) * share,
  ]);
}
