/**
 * A copy without what people wrote: a text is replaced by its length, and by a number, the same wherever it
 * is the same text. Numbers, ids, times, and what are the schema's own words stay.
 */
export function redact(value: unknown, texts = new Map<string, number>(), plain = OWN): unknown {
  if (typeof value === 'string') return redactText(value, texts);
  if (Array.isArray(value)) return value.map((each) => redact(each, texts, plain));
  if (value instanceof ArrayBuffer) return `‹${value.byteLength} bytes›`;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => {
    const isPlain = typeof member === 'string' && plain.has(name) && WORD.test(member);
    return [name, isPlain ? member : redact(member, texts, OTHERS[name] ?? plain)] as const;
  });
  return Object.fromEntries(members);
}

/** Members whose values are words of this package, of the browser or of a standard. */
const OWN = new Set([
  ...['code', 'connection', 'downloadStatus', 'localBlobKey', 'mimeType', 'priority', 'serverRevision'],
  ...['status', 'store', 'thumbnailBlobKey', 'type'],
]);
/** What came from the app or its server may have members of these names with anything in them. */
const OTHERS: Record<string, Set<string>> = {
  chat: new Set(),
  payload: new Set(),
  rows: new Set(['status', 'fileMimeType']),
};
const WORD = /^[\w./+:-]{1,64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;
const SHA256 = /^[0-9a-f]{64}$/i;

function redactText(text: string, texts: Map<string, number>): string {
  if (!text || TIME.test(text) || SHA256.test(text)) return text;
  const [id = ''] = UUID.exec(text) ?? [];
  const rest = text.slice(id.length);
  if (!rest) return text;
  // A file's id: that of its chat, a colon, its name.
  if (id && rest.startsWith(':')) return `${id}:${redactText(rest.slice(1), texts)}`;
  const number = texts.get(text) ?? texts.size + 1;
  texts.set(text, number);
  return `‹text ${number}: ${[...text].length} characters›`;
}
