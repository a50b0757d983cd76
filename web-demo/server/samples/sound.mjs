const RATE = 22_050;
const HEADER_BYTES = 44;

/** Notes of a small tune: when it begins (seconds) and its frequency (Hz). */
const TUNE = [
  [0, 523.25],
  [0.3, 659.25],
  [0.6, 783.99],
  [0.9, 1046.5],
  [1.5, 783.99],
  [1.8, 1046.5],
  [2.7, 587.33],
  [3, 698.46],
  [3.3, 880],
  [3.6, 1174.66],
  [4.2, 1046.5],
];
const TUNE_S = 6;

/** A WAV file: the ring tone of a telephone. @returns {Buffer} */
export function ringTone() {
  const samples = new Float64Array(TUNE_S * RATE);
  for (const [start = 0, frequency = 0] of TUNE) addNote(samples, Math.round(start * RATE), frequency);
  const file = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  writeHeader(file, samples.length * 2);
  samples.forEach((value, index) =>
    file.writeInt16LE(Math.round(Math.tanh(value) * 32_000), HEADER_BYTES + index * 2),
  );
  return file;
}

/** A struck bell: a tone with two overtones that fades. @param {Float64Array} samples */
function addNote(samples, /** @type {number} */ start, /** @type {number} */ frequency) {
  for (let at = start; at < samples.length; at++) {
    const time = (at - start) / RATE;
    const turn = 2 * Math.PI * frequency * time;
    const tone = Math.sin(turn) + 0.4 * Math.sin(turn * 2.01) + 0.15 * Math.sin(turn * 3.98);
    samples[at] = (samples[at] ?? 0) + 0.3 * tone * Math.exp(-time * 3.2) * Math.min(1, time * 400);
  }
}

/** RIFF: 16-bit PCM, one channel. @param {Buffer} file @param {number} dataBytes */
function writeHeader(file, dataBytes) {
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
}
