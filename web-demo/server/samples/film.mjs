import { encodeFrames } from './h264.mjs';
import { mp4Of } from './mp4.mjs';
import { mixed, Picture } from './picture.mjs';

const WIDTH = 432;
const HEIGHT = 240;
const FRAMES_PER_SECOND = 10;
const SECONDS = 20;
const KEY_EVERY = 20;
const PAGE_SECONDS = 4;

/**
 * An MP4 of 20 seconds: a printer that puts out blank pages. The bar at the lower edge grows with the time,
 * so that a picture tells where in the film it is.
 *
 * @returns {Buffer}
 */
export function film() {
  const frames = encodeFrames(pictures(), KEY_EVERY);
  return mp4Of({ width: WIDTH, height: HEIGHT, framesPerSecond: FRAMES_PER_SECOND, frames });
}

function* pictures() {
  const room = roomPicture();
  for (let frame = 0; frame < SECONDS * FRAMES_PER_SECOND; frame++) {
    const picture = room.copy();
    drawPage(picture, ((frame / FRAMES_PER_SECOND) % PAGE_SECONDS) / PAGE_SECONDS);
    picture.disc(300, 84, 5, frame % 10 < 5 ? [120, 220, 150] : [44, 74, 58]);
    const done = (frame + 1) / (SECONDS * FRAMES_PER_SECOND);
    picture.box({ x: 0, y: HEIGHT - 8, width: WIDTH * done, height: 8 }, [227, 165, 74]);
    yield picture;
  }
}

function roomPicture() {
  const picture = new Picture(WIDTH, HEIGHT);
  picture.fill((_, y) => mixed([214, 224, 218], [176, 196, 186], y / HEIGHT));
  picture.box({ x: 0, y: 186, width: WIDTH, height: 54 }, [142, 110, 82]);
  picture.box({ x: 104, y: 62, width: 224, height: 124, radius: 14 }, [58, 66, 72]);
  picture.box({ x: 104, y: 62, width: 224, height: 40, radius: 14 }, [74, 84, 92]);
  picture.box({ x: 132, y: 110, width: 168, height: 12, radius: 6 }, [24, 28, 32]);
  return picture;
}

/** A page slides out of the slot, then falls. @param {Picture} picture @param {number} share of its way */
function drawPage(picture, share) {
  const length = Math.min(1, share / 0.7) * 64;
  const fall = Math.max(0, share - 0.7) * 400;
  picture.box({ x: 150, y: 118 + fall, width: 132, height: length, radius: 2 }, [252, 252, 250]);
  if (length > 10) picture.box({ x: 150, y: 118 + fall, width: 132, height: 4 }, [214, 214, 210]);
}
