import { signal } from '@preact/signals';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The time that relative times refer to; moves on every half minute. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), minuteMs / 2);

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const longDayYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { style: 'narrow', numeric: 'auto' });

/** Whole calendar days from `time` to `reference`, in the reader's time zone. */
function daysBetween(time: number, reference: number): number {
  const midnight = (value: number) => new Date(value).setHours(0, 0, 0, 0);
  return Math.round((midnight(reference) - midnight(time)) / (24 * hourMs));
}

const sameYear = (time: number, reference: number) =>
  new Date(time).getFullYear() === new Date(reference).getFullYear();

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

function minutesAgo(time: number, reference: number): string {
  const minutes = Math.floor((reference - time) / minuteMs);
  return minutes < 1 ? relative.format(0, 'second') : relative.format(-minutes, 'minute');
}

const isRecent = (time: number, reference: number) =>
  reference - time < hourMs && time - reference < minuteMs;

/** For the chat list: minutes, then the clock, then yesterday, the weekday, the date. */
export function shortTime(iso: string, reference: number): string {
  const time = Date.parse(iso);
  const days = daysBetween(time, reference);
  if (isRecent(time, reference)) return minutesAgo(time, reference);
  if (days === 0) return clock.format(time);
  if (days === 1) return capitalised(relative.format(-1, 'day'));
  if (days > 1 && days < 7) return weekday.format(time);
  return (sameYear(time, reference) ? dayMonth : dayMonthYear).format(time);
}

/** For a message, which stands under its day: minutes while it is fresh, then the clock. */
export function messageTime(iso: string, reference: number): string {
  const time = Date.parse(iso);
  return isRecent(time, reference) ? minutesAgo(time, reference) : clock.format(time);
}

/** For a day separator. */
export function dayName(iso: string, reference: number): string {
  const time = Date.parse(iso);
  const days = daysBetween(time, reference);
  if (days === 0 || days === 1) return capitalised(relative.format(-days, 'day'));
  return (sameYear(time, reference) ? longDay : longDayYear).format(time);
}

/** The whole of it, for a title. */
export function fullTime(iso: string): string {
  return full.format(Date.parse(iso));
}

/** A key that two times of one day share, in the reader's time zone. */
export function dayKey(iso: string): string {
  return new Date(iso).toDateString();
}
