import { fullTime, now } from '../text/time';

interface Props {
  iso: string;
  /** How the time is written, given the present. */
  format: (iso: string, reference: number) => string;
}

/** A time that stays true while the page is open; the whole of it in the title. */
export function Time({ iso, format }: Props) {
  return (
    <time dateTime={iso} title={fullTime(iso)}>
      {format(iso, now.value)}
    </time>
  );
}
