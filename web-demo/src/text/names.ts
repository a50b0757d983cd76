import type { ChatSummary } from 'chatlarder';

/** What a chat is called. */
export function titleOf(chat: ChatSummary | null | undefined): string {
  return chat?.title ?? 'Chat';
}

/** How many colours the style sheet has for people and chats (`hue-0` and up). */
const hueCount = 12;

/** The same id has the same colour, on every device and in every session (FNV-1a). */
export function hueClass(id: string): string {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return `hue-${(hash >>> 0) % hueCount}`;
}

/** One or two letters that stand for a name; digits only where it has no letters. */
export function initials(name: string): string {
  const words = name.match(/\p{L}[\p{L}\p{N}]*/gu) ?? name.match(/\p{N}+/gu) ?? [];
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters.map((word) => [...word][0]!.toLocaleUpperCase()).join('') || '?';
}
