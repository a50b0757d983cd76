import { sizeText } from '../../text/bytes';

export interface Segment {
  readonly key: string;
  readonly label: string;
  /** A class that gives it its colour. */
  readonly colour: string;
  readonly bytes: number;
}

interface Props {
  name: string;
  title: string;
  segments: readonly Segment[];
  /** The bytes that the whole bar stands for. */
  total: number;
}

/** Parts of a whole, as a bar, and as a list that says the same. */
export function StackedBar({ name, title, segments, total }: Props) {
  const shown = segments.filter(({ bytes }) => bytes > 0);
  const used = shown.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <figure class="stack" data-testid={`usage-${name}`}>
      <figcaption class="stack-title">{title}</figcaption>
      <div class="stack-bar" aria-hidden="true">
        {shown.map(({ key, colour, bytes }) => (
          <span key={key} class={`stack-part ${colour}`} style={{ flexGrow: bytes }} />
        ))}
        <span class="stack-free" style={{ flexGrow: Math.max(0, total - used) }} />
      </div>
      <ul class="stack-legend" role="list">
        {shown.map(({ key, label, colour, bytes }) => (
          <li key={key} data-key={key} data-bytes={bytes}>
            <span class={`swatch ${colour}`} aria-hidden="true" />
            <span class="stack-label">{label}</span>
            <span class="stack-size">{sizeText(bytes)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
