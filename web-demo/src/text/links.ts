/** A stretch of text, with the address it leads to if it is a link. */
export interface TextPart {
  text: string;
  href?: string;
}

const candidate = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+/giu;

/** Splits a message into plain text and links to http(s) addresses. */
export function splitLinks(content: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of content.matchAll(candidate)) {
    const text = withoutTrailingPunctuation(match[0]);
    const href = toHref(text);
    if (!href) continue;
    if (match.index > end) parts.push({ text: content.slice(end, match.index) });
    parts.push({ text, href });
    end = match.index + text.length;
  }
  if (end < content.length) parts.push({ text: content.slice(end) });
  return parts;
}

/** Punctuation that ends the sentence isn't part of the address, nor is a bracket that opened before it. */
function withoutTrailingPunctuation(text: string): string {
  let rest = text;
  for (;;) {
    const last = rest.at(-1)!;
    const unmatched = (open: string) => rest.split(open).length < rest.split(last).length;
    const strip =
      '.,;:!?*_~'.includes(last) || (last === ')' && unmatched('(')) || (last === ']' && unmatched('['));
    if (!strip) return rest;
    rest = rest.slice(0, -1);
  }
}

function toHref(text: string): string | null {
  const address = /^www\./i.test(text) ? `https://${text}` : text;
  try {
    const { protocol, hostname, href } = new URL(address);
    return /^https?:$/.test(protocol) && hostname ? href : null;
  } catch {
    return null;
  }
}
