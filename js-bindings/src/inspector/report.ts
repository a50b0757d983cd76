import type { Larder } from '../client.js';
import { openBlock } from '../blocks.js';
import type { MessageBlock } from '../gen/schema.js';
import type { Log } from './log.js';
import { redact } from './redact.js';
import { readStored, readStoredChat, type Stored, type StoredChat } from './stored.js';

/** A chat as it is stored. */
export interface ReportedChat extends StoredChat {
  /** The messages of its blocks, with `contents`. */
  messages?: unknown[];
}

/** What a bug report is made of. Bytes of files, credentials and addresses are never in it. */
export interface Report {
  /** Always the same. */
  format: 'chatlarder-inspector';
  /** Of the format. */
  version: 1;
  /** When it was made; ISO 8601. */
  at: string;
  /** Whether texts and names are in it, and not only their lengths. */
  contents: boolean;
  /** What browser it is, and what the larder has of it. */
  page: Record<string, unknown>;
  /** Rows of all stores but those of messages. */
  stored: Stored;
  /** By `requestId`: which stretches are stored, and with `contents` the messages. */
  chats: Record<string, ReportedChat>;
  /** What `larder.verify()` found, or why it could not look. */
  problems: unknown;
  /** Changes, errors and evictions since the inspector was attached. */
  entries: unknown[];
  /** Steps of the core since then. */
  steps: unknown[];
}

/**
 * Everything that the inspector knows, for a file. Without `contents` every text and name is replaced by its
 * length. Bytes of files, credentials and addresses are never in it.
 */
export async function makeReport(larder: Larder, log: Log, contents: boolean): Promise<Report> {
  const stored = await readStored(larder);
  const chats: Report['chats'] = {};
  for (const { requestId } of stored.chats) {
    const chat = await readStoredChat(larder, requestId);
    chats[requestId] = contents ? { ...chat, messages: await readMessages(larder, requestId) } : chat;
  }
  const { problems } = await larder.verify().catch((error: unknown) => ({ problems: String(error) }));
  const all = {
    page: pageOf(larder),
    stored,
    chats,
    problems,
    entries: log.entries.map((entry) => ({ ...entry })),
    steps: log.steps,
  };
  const head = {
    format: 'chatlarder-inspector',
    version: 1,
    at: new Date().toISOString(),
    contents,
  } as const;
  return { ...head, ...(contents ? all : withoutContents(all)) };
}

/** The user's id is part of the database's name. What is said in `entries` was written for this. */
function withoutContents<T extends { page: object; entries: { subject: string }[]; steps: unknown[] }>(
  all: T,
): T {
  const texts = new Map<string, number>();
  const { steps, entries, page, ...rest } = all;
  const subjects = entries.map((entry) => ({ ...entry, subject: redact(entry.subject, texts) }));
  const { databaseName, ...facts } = page as { databaseName?: string };
  const redacted = { ...facts, databaseName: redact(databaseName, texts) };
  return { page: redacted, ...(redact(rest, texts) as object), entries: subjects, steps } as unknown as T;
}

function pageOf(larder: Larder): Report['page'] {
  return {
    databaseName: larder.databaseName,
    capabilities: larder.capabilities,
    connection: larder.connection,
    userAgent: navigator.userAgent,
    online: navigator.onLine,
    visibility: document.visibilityState,
  };
}

function readMessages(larder: Larder, requestId: string): Promise<unknown[]> {
  return larder.read(
    (db) =>
      new Promise((resolve, reject) => {
        const store = db.transaction('message_blocks').objectStore('message_blocks');
        const request = store.getAll(IDBKeyRange.bound([requestId], [requestId, []]));
        request.onsuccess = () => {
          const opened = (request.result as MessageBlock[]).map(openBlock);
          resolve(opened.flatMap((messages) => (typeof messages === 'string' ? [] : messages)));
        };
        request.onerror = () => reject(request.error);
      }),
  );
}

/** Hands a report to the user as a file. */
export function saveReport(report: Report): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `chatlarder-${report.at.slice(0, 19).replaceAll(':', '-')}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
