import { encodePng } from '../server/samples/png.mjs';

/**
 * The page's icon, described once and drawn twice: as SVG and, pixel by pixel, as PNG. A speech bubble with
 * jars on a shelf in it, on a grid of 512.
 *
 * @typedef {{ x: number, y: number, width: number, height: number, radius: number, colour: string }} Box
 * @typedef {{ points: [number, number][], colour: string }} Polygon
 * @typedef {Box | Polygon} Shape
 */

const GRID = 512;
const GREEN = '#1f6b52';
const WHITE = '#ffffff';
const LIGHT = '#7fc4a5';
const AMBER = '#e3a54a';

/** @type {(radius: number) => Shape} */
const background = (radius) => ({ x: 0, y: 0, width: GRID, height: GRID, radius, colour: GREEN });

/** @type {Shape[]} */
const picture = [
  {
    points: [
      [150, 340],
      [238, 340],
      [150, 428],
    ],
    colour: WHITE,
  },
  { x: 92, y: 104, width: 328, height: 256, radius: 60, colour: WHITE },
  { x: 140, y: 290, width: 232, height: 20, radius: 10, colour: GREEN },
  { x: 156, y: 210, width: 56, height: 80, radius: 14, colour: LIGHT },
  { x: 164, y: 186, width: 40, height: 16, radius: 6, colour: GREEN },
  { x: 228, y: 176, width: 56, height: 114, radius: 14, colour: AMBER },
  { x: 236, y: 152, width: 40, height: 16, radius: 6, colour: GREEN },
  { x: 300, y: 226, width: 56, height: 64, radius: 14, colour: LIGHT },
  { x: 308, y: 202, width: 40, height: 16, radius: 6, colour: GREEN },
];

const rounded = [background(112), ...picture];

/** Systems that cut icons to a shape of their own want the ground to reach all edges. */
const fullBleed = [background(0), ...picture];

/**
 * The files that the manifest and the page name.
 *
 * @returns {{ fileName: string, source: string | Uint8Array }[]}
 */
export function iconFiles() {
  return [
    { fileName: 'icons/icon.svg', source: svgOf(rounded) },
    { fileName: 'icons/icon-180.png', source: pngOf(fullBleed, 180) },
    { fileName: 'icons/icon-192.png', source: pngOf(rounded, 192) },
    { fileName: 'icons/icon-512.png', source: pngOf(rounded, 512) },
    { fileName: 'icons/icon-maskable-512.png', source: pngOf(fullBleed, 512) },
  ];
}

/** @param {Shape[]} shapes */
function svgOf(shapes) {
  const elements = shapes.map((shape) =>
    'points' in shape
      ? `<path d="M${shape.points.map((point) => point.join(' ')).join('L')}z" fill="${shape.colour}"/>`
      : `<rect x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}" ` +
        `rx="${shape.radius}" fill="${shape.colour}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${GRID} ${GRID}">${elements.join('')}</svg>\n`;
}

/** A pixel on an edge is the mean of this many samples in each direction. */
const SAMPLES = 4;

/**
 * @param {Shape[]} shapes
 * @param {number} size in pixels
 */
function pngOf(shapes, size) {
  const pixels = Buffer.alloc(size * size * 4);
  const scale = GRID / size;
  let above = topsOfRow(shapes, 0, size, scale);
  for (let y = 0; y < size; y++) {
    const below = topsOfRow(shapes, y + 1, size, scale);
    for (let x = 0; x < size; x++) {
      const corners = [above[x], above[x + 1], below[x], below[x + 1]];
      pixels.set(pixelOf(shapes, corners, x, y, scale), (y * size + x) * 4);
    }
    above = below;
  }
  return encodePng(pixels, size, size, 4);
}

/**
 * What is on top at the corners between two rows of pixels.
 *
 * @param {Shape[]} shapes
 * @param {number} row
 * @param {number} size
 * @param {number} scale grid units a pixel
 */
function topsOfRow(shapes, row, size, scale) {
  return Array.from({ length: size + 1 }, (_, column) => topAt(shapes, column * scale, row * scale));
}

/** @param {Shape[]} shapes @param {number} x @param {number} y */
function topAt(shapes, x, y) {
  return shapes.findLast((shape) => contains(shape, x, y));
}

/**
 * A pixel between four corners. Where they are of one shape it has that colour; otherwise it is sampled.
 *
 * @param {Shape[]} shapes
 * @param {(Shape | undefined)[]} corners
 * @param {number} column
 * @param {number} row
 * @param {number} scale grid units a pixel
 * @returns {number[]} red, green, blue, alpha
 */
function pixelOf(shapes, corners, column, row, scale) {
  const [corner] = corners;
  if (corner && corners.every((top) => top === corner)) return [...channels(corner.colour), 255];
  const offsets = Array.from({ length: SAMPLES }, (_, index) => (index + 0.5) / SAMPLES);
  const at = (/** @type {number} */ right, /** @type {number} */ down) =>
    topAt(shapes, (column + right) * scale, (row + down) * scale);
  return mean(offsets.flatMap((down) => offsets.map((right) => at(right, down))));
}

/**
 * @param {(Shape | undefined)[]} samples what is on top at each
 * @returns {number[]} red, green, blue, alpha
 */
function mean(samples) {
  const covered = samples.filter((top) => top !== undefined).map(({ colour }) => channels(colour));
  const sum = (/** @type {number} */ index) =>
    covered.reduce((total, colour) => total + (colour[index] ?? 0), 0);
  const colour = [0, 1, 2].map((index) => (covered.length ? Math.round(sum(index) / covered.length) : 0));
  return [...colour, Math.round((covered.length * 255) / samples.length)];
}

/** @param {string} colour @returns {number[]} */
function channels(colour) {
  return [1, 3, 5].map((index) => parseInt(colour.slice(index, index + 2), 16));
}

/** @param {Shape} shape @param {number} x @param {number} y */
function contains(shape, x, y) {
  return 'points' in shape ? polygonContains(shape, x, y) : boxContains(shape, x, y);
}

/** @param {Box} box @param {number} x @param {number} y */
function boxContains({ x: left, y: top, width, height, radius }, x, y) {
  const beyondX = Math.max(left + radius - x, x - (left + width - radius), 0);
  const beyondY = Math.max(top + radius - y, y - (top + height - radius), 0);
  if (radius === 0) return beyondX === 0 && beyondY === 0;
  return beyondX * beyondX + beyondY * beyondY <= radius * radius;
}

/** Convex, its corners in clockwise order. @param {Polygon} polygon @param {number} x @param {number} y */
function polygonContains({ points }, x, y) {
  return points.every(([x1, y1], index) => {
    const [x2, y2] = points[index + 1] ?? points[0] ?? [x1, y1];
    return (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) >= 0;
  });
}
