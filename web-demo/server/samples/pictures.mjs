import jpeg from 'jpeg-js';
import { randomFrom } from '../random.mjs';
import { mixed, Picture } from './picture.mjs';
import { encodePng } from './png.mjs';

/** @import { Colour } from './picture.mjs' */

const PHOTO = { width: 840, height: 560, quality: 84 };
const HILLS = 5;
const SUN_RADIUS = 26;
const SUN = /** @type {Colour} */ ([255, 243, 214]);

/** At the top, at the horizon, and the nearest hill. @type {[Colour, Colour, Colour][]} */
const LIGHTS = [
  [
    [58, 103, 158],
    [247, 204, 156],
    [28, 45, 44],
  ],
  [
    [38, 46, 92],
    [240, 142, 108],
    [24, 20, 44],
  ],
  [
    [96, 158, 206],
    [232, 238, 232],
    [30, 66, 52],
  ],
  [
    [112, 128, 160],
    [236, 214, 214],
    [44, 46, 62],
  ],
];

/**
 * A JPEG that looks like a photo: hills one behind the other in the haze, and a low sun. Always the same for
 * the same seed.
 *
 * @param {number} seed
 * @returns {Buffer}
 */
export function photo(seed) {
  const random = randomFrom(seed);
  const { width, height, quality } = PHOTO;
  const [top, horizon, near] = LIGHTS[seed % LIGHTS.length];
  /** @type {(x: number, y: number, height: number) => Colour} seen from the sun */
  const skyAt = (x, y, height) => {
    const distance = Math.hypot(x, y);
    const sky = mixed(top, horizon, Math.min(1, height * 1.7));
    return mixed(sky, SUN, distance < SUN_RADIUS ? 1 : Math.exp(-distance / 140) * 0.8);
  };
  const sunX = width * (0.2 + random() * 0.6);
  const sunY = height * (0.2 + random() * 0.2);
  const hills = Array.from({ length: HILLS }, (_, index) => hillOf(index, random));
  const hillColours = hills.map((_, index) => mixed(horizon, near, 0.3 + (index / HILLS) * 0.85));
  const picture = new Picture(width, height);
  picture.fill((x, y) => {
    const hill = hills.findLastIndex((edge) => y > edge[x]);
    const colour = hillColours[hill] ?? skyAt(x - sunX, y - sunY, y / height);
    const grain = (random() - 0.5) * 9;
    return [colour[0] + grain, colour[1] + grain, colour[2] + grain];
  });
  return Buffer.from(jpeg.encode({ width, height, data: rgbaOf(picture) }, quality).data);
}

/**
 * The upper edge of a hill, for each column; the nearer ones are lower and rougher.
 *
 * @param {number} index
 * @param {() => number} random
 */
function hillOf(index, random) {
  const { width, height } = PHOTO;
  const waves = Array.from({ length: 6 }, (_, octave) => ({
    length: width / (1.3 * 1.9 ** octave * (1 + random() * 0.5)),
    size: (height * 0.075) / 1.75 ** octave,
    phase: random() * Math.PI * 2,
  }));
  const base = height * (0.46 + index * 0.11);
  return Array.from({ length: width }, (_, x) =>
    waves.reduce(
      (sum, { length, size, phase }) => sum + size * Math.sin((x / length) * 2 * Math.PI + phase),
      base,
    ),
  );
}

/** @param {Picture} picture */
function rgbaOf({ data, width, height }) {
  const rgba = Buffer.alloc(width * height * 4, 255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4)
    rgba.set(data.subarray(from, from + 3), to);
  return rgba;
}

/**
 * A PNG that looks like a screenshot: a window with a table, and a message in front of it.
 *
 * @param {number} seed
 * @returns {Buffer}
 */
export function screenshot(seed) {
  const picture = new Picture(1120, 700);
  picture.fill((x, y) => mixed([64, 92, 122], [120, 98, 140], (x + y) / 1820));
  picture.box({ x: 70, y: 50, width: 980, height: 600, radius: 12 }, [250, 250, 251]);
  picture.box({ x: 70, y: 50, width: 980, height: 44, radius: 12 }, [226, 229, 233]);
  picture.box({ x: 70, y: 80, width: 980, height: 14 }, [226, 229, 233]);
  const lights = /** @type {Colour[]} */ ([
    [236, 106, 94],
    [245, 191, 79],
    [98, 197, 84],
  ]);
  lights.forEach((colour, index) => picture.disc(98 + index * 24, 72, 7, colour));
  drawTable(picture, randomFrom(seed));
  drawMessage(picture);
  return encodePng(picture.data, picture.width, picture.height, 3);
}

/** @param {Picture} picture @param {() => number} random */
function drawTable(picture, random) {
  picture.box({ x: 70, y: 94, width: 190, height: 544 }, [240, 242, 244]);
  for (let row = 0; row < 11; row++) {
    const y = 124 + row * 46;
    picture.box({ x: 96, y, width: 60 + random() * 80, height: 12, radius: 6 }, [196, 203, 211]);
    for (let column = 0; column < 4; column++) {
      const width = 70 + random() * 80;
      picture.box({ x: 296 + column * 185, y, width, height: 12, radius: 6 }, [214, 219, 224]);
    }
    picture.box({ x: 276, y: y + 28, width: 750, height: 1 }, [234, 236, 239]);
  }
}

/** @param {Picture} picture */
function drawMessage(picture) {
  picture.box({ x: 366, y: 226, width: 408, height: 232, radius: 16 }, [216, 219, 224]);
  picture.box({ x: 370, y: 230, width: 400, height: 224, radius: 14 }, [255, 255, 255]);
  picture.disc(422, 288, 26, [214, 64, 52]);
  picture.box({ x: 418, y: 272, width: 8, height: 20, radius: 3 }, [255, 255, 255]);
  picture.disc(422, 302, 5, [255, 255, 255]);
  picture.box({ x: 470, y: 272, width: 210, height: 16, radius: 8 }, [52, 58, 66]);
  for (const [index, width] of [264, 240, 150].entries()) {
    picture.box({ x: 470, y: 306 + index * 22, width, height: 10, radius: 5 }, [170, 177, 186]);
  }
  picture.box({ x: 640, y: 398, width: 104, height: 34, radius: 8 }, [31, 107, 82]);
  picture.box({ x: 672, y: 410, width: 40, height: 10, radius: 5 }, [255, 255, 255]);
}
