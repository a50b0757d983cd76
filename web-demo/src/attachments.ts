import type { CachedMessage } from 'chatlarder';

/** How a file is shown in a message. */
export type AttachmentKind = 'picture' | 'film' | 'sound' | 'file';

/** What a message carries, as far as the message says. */
export interface Attachment {
  readonly requestId: string;
  readonly messageId: string;
  readonly filename: string;
  readonly kind: AttachmentKind;
  readonly mimeType: string;
  /** In bytes; null where it isn't known. */
  readonly size: number | null;
}

const unknownType = 'application/octet-stream';

/** What is shown in the page; everything else, SVG above all, is only offered as a file. */
const shownTypes = /^(?:image\/(?:apng|avif|bmp|gif|jpeg|png|webp)|(audio|video)\/[\w.+-]+)$/;

/** What a message carries, if it carries anything. */
export function attachmentOf(message: CachedMessage): Attachment | null {
  const filename = message.screenshotFileName ?? message.fileName;
  if (!filename) return null;
  const mimeType = (message.fileMimeType ?? unknownType).toLowerCase();
  const { requestId, id: messageId, fileSize: size } = message;
  return { requestId, messageId, filename, kind: kindOf(mimeType), mimeType, size };
}

/** How files of a type are shown. */
export function kindOf(mimeType: string): AttachmentKind {
  const found = shownTypes.exec(mimeType);
  if (!found) return 'file';
  return found[1] === 'video' ? 'film' : found[1] === 'audio' ? 'sound' : 'picture';
}

const names: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF document',
  'image/svg+xml': 'SVG drawing',
  'text/plain': 'Text file',
};

const kindNames: Readonly<Record<AttachmentKind, string>> = {
  picture: 'Picture',
  film: 'Film',
  sound: 'Sound',
  file: 'File',
};

/** What kind of thing it is, for people. */
export function typeName(mimeType: string): string {
  return names[mimeType] ?? kindNames[kindOf(mimeType)];
}
