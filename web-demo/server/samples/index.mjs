import { CUSTOMER } from '../auth.mjs';
import { floorPlan, manual, serviceLog } from './documents.mjs';
import { film } from './film.mjs';
import { photo, screenshot } from './pictures.mjs';
import { ringTone } from './sound.mjs';

/** @import { LoadMedia, LoadRecord } from '../load.mjs' */

/**
 * The pictures, films, sounds and documents of the made-up chats. All are drawn, played and written by the
 * code beside this file, so they are as free as it is, and always the same.
 *
 * @typedef {LoadMedia & { text: string }} Sample
 */

const PHONE = { deviceId: 'robins-phone', cameraId: 'rear' };
const COMPUTER = { deviceId: 'robins-laptop', cameraId: 'files' };

/** @type {(seed: number) => Sample} */
const photoSample = (seed) => ({
  ...PHONE,
  reason: 'chat_photo',
  mimeType: 'image/jpeg',
  filename: `IMG_${1000 + seed}.jpg`,
  isScreenshot: false,
  text: 'This is what the projector shows, whatever I connect.',
  bytes: once(`photo ${seed}`, () => photo(seed)),
});

/** @type {(seed: number) => Sample} */
const screenshotSample = (seed) => ({
  ...COMPUTER,
  cameraId: 'screen',
  reason: 'chat_screenshot',
  mimeType: 'image/png',
  filename: `Screenshot ${seed}.png`,
  isScreenshot: true,
  text: 'Here is a screenshot.',
  bytes: once(`screenshot ${seed}`, () => screenshot(seed)),
});

/** @type {Sample} */
const filmSample = {
  ...PHONE,
  reason: 'chat_film',
  mimeType: 'video/mp4',
  filename: 'blank pages.mp4',
  isScreenshot: false,
  text: 'I filmed it. It goes on like this all day.',
  bytes: once('film', film),
};

/** @type {Sample} */
const soundSample = {
  ...PHONE,
  cameraId: 'microphone',
  reason: 'chat_sound',
  mimeType: 'audio/wav',
  filename: 'ring tone.wav',
  isScreenshot: false,
  text: 'It rings like this, at night too.',
  bytes: once('sound', ringTone),
};

/** @type {(filename: string, mimeType: string, text: string, make: () => Buffer) => Sample} */
const document = (filename, mimeType, text, make) => ({
  ...COMPUTER,
  reason: 'chat_file',
  mimeType,
  filename,
  isScreenshot: false,
  text,
  bytes: once(filename, make),
});

const manualSample = document('Manual (2nd edition).pdf', 'application/pdf', 'The manual says so.', manual);
const logSample = document('printd.log', 'text/plain', 'The log of this morning.', serviceLog);
const planSample = document('Floor plan.svg', 'image/svg+xml', 'This is where it stands.', floorPlan);

/**
 * What the newest messages of the first chats carry, by how many messages come after.
 *
 * @type {Record<number, Sample>[]}
 */
const PLAN = [
  { 9: manualSample, 5: screenshotSample(1), 2: filmSample },
  { 7: logSample, 4: soundSample, 1: photoSample(1) },
  { 6: photoSample(2), 5: photoSample(3), 2: photoSample(4) },
  { 3: planSample, 1: screenshotSample(2) },
  { 8: filmSample, 3: photoSample(1) },
  { 2: soundSample },
  { 4: manualSample, 2: photoSample(2) },
  { 5: photoSample(3), 1: screenshotSample(3) },
];

/**
 * Made-up messages (`generate.mjs`), some of which carry something; the customer sent those.
 *
 * @param {Iterable<LoadRecord>} records
 * @param {number} messages in each chat
 * @returns {Generator<LoadRecord>}
 */
export function* withSamples(records, messages) {
  for (const record of records) {
    const chat = Number(record.chat.replace('generated-', ''));
    const sample = PLAN[chat - 1]?.[messages - record.seq];
    if (!sample) yield record;
    else yield { ...record, nick: CUSTOMER.username, sender: CUSTOMER, text: sample.text, media: sample };
  }
}

/** @type {Map<string, Uint8Array>} */
const made = new Map();

/** Made when it is first asked for. @param {string} name @param {() => Uint8Array} make */
function once(name, make) {
  return () => {
    const bytes = made.get(name) ?? make();
    made.set(name, bytes);
    return bytes;
  };
}
