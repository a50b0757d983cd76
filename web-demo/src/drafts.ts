import { user } from './user';

const drafts = new Map<string, string>();

const storageKey = (requestId: string) => `chatlarder-demo:draft:${user.key}:${requestId}`;

/** What was typed in a chat and not sent. */
export function readDraft(requestId: string): string {
  const kept = drafts.get(requestId);
  if (kept !== undefined) return kept;
  try {
    return sessionStorage.getItem(storageKey(requestId)) ?? '';
  } catch {
    return '';
  }
}

/** Keeps a draft, in session storage too where the browser allows it: a reload doesn't lose the text. */
export function writeDraft(requestId: string, text: string): void {
  drafts.set(requestId, text);
  try {
    if (text) sessionStorage.setItem(storageKey(requestId), text);
    else sessionStorage.removeItem(storageKey(requestId));
  } catch {
    // Storage is refused or full: the copy in memory remains.
  }
}
