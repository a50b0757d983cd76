import type { LarderStats } from 'chatlarder';
import { hitHistory, rateOf } from '../../hit-history';
import type { HitSample } from '../../hit-history';
import { shortTime, now } from '../../text/time';
import { Section } from './section';

/** In the units of the drawing. */
const width = 600;
const height = 160;
const marks = [0, 50, 100];

/** How often a file was here already when it was to be shown, now and over time. */
export function HitRate({ stored }: { stored: LarderStats }) {
  const { cacheHits, cacheMisses, hitRate } = stored;
  const asked = cacheHits + cacheMisses;
  const samples = hitHistory.value;
  return (
    <Section
      id="hits"
      title="Hit rate"
      aside={
        <p class="settings-value" data-testid="hit-rate" data-hits={cacheHits} data-misses={cacheMisses}>
          {percent(hitRate)}
        </p>
      }
    >
      <p class="settings-note">
        Of {asked.toLocaleString()} times that a picture or file was to be shown, it was on this device
        already {cacheHits.toLocaleString()} times.
      </p>
      {samples.length > 1 ? (
        <Plot samples={samples} />
      ) : (
        <p class="settings-note">The plot begins with the next picture that you look at.</p>
      )}
    </Section>
  );
}

function percent(value: number): string {
  return `${Math.round(value)} %`;
}

function Plot({ samples }: { samples: readonly HitSample[] }) {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const points = samples.map((sample) => `${placeOf(sample, first, last)},${yOf(rateOf(sample))}`);
  const from = percent(rateOf(first));
  const [begun, ended] = [first, last].map(({ time }) => shortTime(new Date(time).toISOString(), now.value));
  return (
    <figure class="plot" data-testid="hit-plot">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`The hit rate over time: from ${from} to ${percent(rateOf(last))}`}
      >
        {marks.map((mark) => (
          <line key={mark} class="plot-mark" x1={0} x2={width} y1={yOf(mark)} y2={yOf(mark)} />
        ))}
        <polygon class="plot-area" points={`0,${height} ${points.join(' ')} ${width},${height}`} />
        <polyline class="plot-line" points={points.join(' ')} />
      </svg>
      <ol class="plot-scale" aria-hidden="true">
        {marks.toReversed().map((mark) => (
          <li key={mark}>{percent(mark)}</li>
        ))}
      </ol>
      <figcaption class="plot-times">
        <span>{begun === ended ? '' : begun}</span>
        <span>{ended}</span>
      </figcaption>
    </figure>
  );
}

/** Of the time that the plot covers; of all at one moment the first stands left, the others right. */
function placeOf({ time }: HitSample, first: HitSample, last: HitSample): number {
  return Math.round((width * (time - first.time)) / Math.max(1, last.time - first.time));
}

function yOf(rate: number): number {
  return Math.round(height - (rate * height) / 100);
}
