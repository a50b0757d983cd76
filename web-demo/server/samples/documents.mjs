/** The pages of the manual; the first line of each is its heading. */
const MANUAL = [
  [
    'If nothing comes out',
    'Switch the machine off, wait ten seconds, switch it on again.',
    'Open the flap at the back and take out what is in the way.',
    'Close it until it clicks. The lamp turns green.',
  ],
  [
    'If the pages are blank',
    'Take the cartridge out and turn it over five times.',
    'Pull the strip off its end: new ones have one.',
    'Print a test page: hold the round key for three seconds.',
  ],
];

/** A PDF file of two pages. @returns {Buffer} */
export function manual() {
  const contents = MANUAL.map(contentOf);
  const pageOf = (/** @type {number} */ index) => 4 + index * 2;
  const kids = MANUAL.map((_, index) => `${pageOf(index)} 0 R`).join(' ');
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${MANUAL.length} /MediaBox [0 0 595 842] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...contents.flatMap((content, index) => [
      '<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> ' +
        `/Contents ${pageOf(index) + 1} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ]);
}

/** @param {string[]} lines of a page, with no characters that PDF would need escaped */
function contentOf([heading, ...lines]) {
  const text = lines.map((line, index) => `1 0 0 1 72 ${700 - index * 26} Tm (${line}) Tj`);
  return `BT /F1 24 Tf 1 0 0 1 72 750 Tm (${heading}) Tj /F1 13 Tf ${text.join(' ')} ET`;
}

/** Numbers the objects from 1 and adds the table that says where each begins. @param {string[]} objects */
function pdfOf(objects) {
  let file = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const place = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\n`;
  return Buffer.from(`${file}${table}${trailer}startxref\n${file.length}\n%%EOF\n`, 'latin1');
}

const LOG_STARTS_MS = 9 * 3_600_000;

/** A text file: the log of a service that can't reach its printer. @returns {Buffer} */
export function serviceLog() {
  const lines = Array.from({ length: 400 }, (_, index) => {
    const time = new Date(index * 1000 + LOG_STARTS_MS).toISOString().slice(11, 19);
    const answer = index % 7 === 3 ? 'no answer, trying again' : 'ready';
    return `${time} printd[${700 + (index % 5)}]: queue floor3: ${answer}\n`;
  });
  return Buffer.from(lines.join(''), 'utf8');
}

/** An SVG: a picture that can carry scripts, so that it is offered as a file and never shown. */
export function floorPlan() {
  const desks = Array.from({ length: 8 }, (_, index) => {
    const [x, y] = [40 + (index % 4) * 120, 40 + Math.floor(index / 4) * 140];
    return `<rect x="${x}" y="${y}" width="80" height="60" rx="6" fill="#c9c3b7"/>`;
  });
  const room = '<rect x="8" y="8" width="504" height="284" fill="none" stroke="#24221e" stroke-width="4"/>';
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 520 300">${room}${desks.join('')}</svg>\n`,
    'utf8',
  );
}
