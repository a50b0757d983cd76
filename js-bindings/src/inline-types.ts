/** Types that are shown where they are asked for; SVG is not among them, because it may hold scripts. */
const SHOWN = new Set([
  'image/apng',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/x-m4a',
  'audio/x-wav',
  'video/mp4',
  'video/ogg',
  'video/quicktime',
  'video/webm',
]);

/** What anything else is offered as, to be downloaded. */
export const DOWNLOADED_TYPE = 'application/octet-stream';

/** A MIME type without its parameters, in small letters. */
export function essenceOf(mimeType: string): string {
  return mimeType.split(';')[0]!.trim().toLowerCase();
}

/** The type with which a browser may show this; null when it may only be downloaded. */
export function shownTypeOf(mimeType: string): string | null {
  const essence = essenceOf(mimeType);
  return SHOWN.has(essence) ? essence : null;
}
