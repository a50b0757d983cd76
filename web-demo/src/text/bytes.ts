const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
const base = 1024;

const formatOf = (unit: string, digits: number) =>
  new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: digits,
  });

/** A size for people: two or three digits and a unit. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let index = 0;
  for (; value >= 999.5 && index < units.length - 1; index++) value /= base;
  return formatOf(units[index]!, index > 0 && value < 9.95 ? 1 : 0).format(value);
}
