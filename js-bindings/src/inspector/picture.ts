import type { ChatSyncState } from '../gen/schema.js';
import { coverageOf, lastOf, MEANINGS, type Part } from './coverage.js';
import { svg } from './dom.js';
import { isUnsent, type StoredChat } from './stored.js';
import { countText } from './text.js';

/** The drawing's own units; it is stretched to the room that there is. */
const WIDTH = 1000;
/** What is narrower could not be seen. */
const PART_MIN = 3;
const LANE_HEIGHT = 14;
const LANE_STEP = 18;

/** A chat as one strip, as the core has noted it. */
export function strip(row: ChatSyncState): SVGElement {
  const picture = frame(LANE_HEIGHT, describe(row), 'strip');
  picture.append(...lane(row, 0));
  return picture;
}

/** The same strip, and below it what is stored: blocks, and rows. */
export function layers(row: ChatSyncState, { blocks, rows }: StoredChat): SVGElement {
  const picture = frame(LANE_STEP * 2 + LANE_HEIGHT, `${describe(row)}; blocks and rows below`, 'layers');
  const last = lastOf(row);
  picture.append(...lane(row, 0));
  picture.append(
    rect({ from: 1, to: last }, last, LANE_STEP, 'bed'),
    rect({ from: 1, to: last }, last, LANE_STEP * 2, 'bed'),
  );
  blocks.forEach((block, i) => {
    const { from, to, count } = block;
    const text = `${from} – ${to}: ${countText(count)} messages, ${countText(block.bytes)} bytes`;
    picture.append(titled(rect(block, last, LANE_STEP, i % 2 ? 'block odd' : 'block'), text));
  });
  for (const { from, to } of runsOf(rows.filter((row) => !isUnsent(row)).map((row) => row.sequenceNumber))) {
    picture.append(titled(rect({ from, to }, last, LANE_STEP * 2, 'row'), `rows ${from} – ${to}`));
  }
  return picture;
}

function frame(height: number, label: string, kind: string): SVGElement {
  return svg('svg', {
    class: kind,
    viewBox: `0 0 ${WIDTH} ${height}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': label,
  });
}

/** Gaps come last: where a stretch is widened to be seen, they lie on top. */
function lane(row: ChatSyncState, y: number): SVGElement[] {
  const last = lastOf(row);
  const bed = rect({ from: 1, to: Math.max(1, last) }, Math.max(1, last), y, 'bed');
  const parts = coverageOf(row).sort((a, b) => Number(a.known !== 'here') - Number(b.known !== 'here'));
  return [bed, ...parts.map((part) => titled(rect(part, last, y, part.known), labelOf(part)))];
}

function rect({ from, to }: { from: number; to: number }, last: number, y: number, kind: string): SVGElement {
  const x = ((from - 1) / last) * WIDTH;
  const width = Math.max(PART_MIN, ((to - from + 1) / last) * WIDTH);
  const left = Math.min(x, WIDTH - width);
  return svg('rect', { class: kind, x: left.toFixed(2), y, width: width.toFixed(2), height: LANE_HEIGHT });
}

function titled(shape: SVGElement, text: string): SVGElement {
  shape.append(svg('title', {}, text));
  return shape;
}

function labelOf({ from, to, known }: Part): string {
  return `${from === to ? from : `${from} – ${to}`}: ${MEANINGS[known]}`;
}

function describe(row: ChatSyncState): string {
  const gaps = coverageOf(row).filter(({ known }) => known !== 'here');
  return `1 to ${lastOf(row)}${gaps.length ? `; ${gaps.map(labelOf).join('; ')}` : ': all on this device'}`;
}

/** Numbers that follow each other, as stretches. */
function runsOf(numbers: number[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run.to === number - 1) run.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs;
}
