/** What the pages of the benches are given and what they give back. */
import type { Layout } from './larder.js';
import type { MediaSize } from './media-rows.js';

export interface IngestSize {
  chats: number;
  perChat: number;
}

/** Chats with so many `known` messages each get `perChat` more, one by one. */
export interface LiveSize extends IngestSize {
  known: number;
}

/** For Chatlarder: how it is to store what it gets. */
export interface WithLayout {
  layout: Layout;
}

export interface IngestResult {
  ms: number;
  /** Messages in the database afterwards. */
  stored: number;
  /** One message as it was stored, for comparison among the contenders. */
  sample: string | null;
}

/**
 * How the database of the reading benches is filled: so many times `perChat` messages in each chat, then in
 * the last few alone.
 */
export interface FillSize extends IngestSize {
  user: string;
  times: number;
  longChats: number;
  longTimes: number;
}

export interface OpenTask {
  /** The contender's module, and what else must be loaded before the clock starts. */
  script: string;
  preload: string[];
  user: string;
  layout: Layout;
  chats: number;
  limit: number;
  seed: number;
}

/** Also the chat list, with so many chats. */
export interface OpenChatsTask extends OpenTask {
  listed: number;
}

/** Back through one chat, page by page, as far as it goes. */
export interface ScrollTask extends OpenTask {
  /** The last few chats reach as far as that. */
  lastSequence: number;
  longChats: number;
}

export interface OpenResult {
  seed: number;
  coldMs: number;
  /** The median of the reads of chats that this page had not read before. */
  warmMs: number;
  /** The median of reading the same chats once more. */
  againMs: number;
  /** Messages that every read gave; the least of them. */
  messages: number;
  /** The ids of the first chat's messages, for comparison among the contenders. */
  first: string;
  /** The ids of the chats of the list. */
  list: string[];
}

/** A database that is open in this page, as the opening benches read it. */
export interface OpenContender {
  /** Reads the newest messages of a chat below `before`; resolves with them, ascending. */
  newest(
    requestId: string,
    limit: number,
    before?: number,
  ): Promise<{ id: string; sequenceNumber: number }[]>;
  /** The ids of the chats as a chat list shows them: newest activity first. */
  chats(limit: number): Promise<string[]>;
  /** Resolves when whatever starts beside the page has started. */
  settled(): Promise<void>;
  close(): void | Promise<void>;
}

/** The module of a contender in the opening benches. */
export interface OpenModule {
  open: (task: OpenTask) => Promise<OpenContender>;
}

/** Messages that are written one after the other, to one chat after the other. */
export interface SendTask {
  requestIds: string[];
  messages: number;
}

export interface SendResult {
  /** The median of the times for one message. */
  ms: number;
  /** Nineteen in twenty were faster. */
  slowMs: number;
  /** The names of what is stored for a message: of its row and of its operation's; null where it is gone. */
  members: { message: string[]; operation: string[] } | null;
}

/** Messages that wait, so many in each chat, are sent when there is a network. */
export interface DrainTask {
  requestIds: string[];
  perChat: number;
}

export interface DrainResult {
  ms: number;
  /** Requests that sent a message. */
  sends: number;
  /** All others while it was sending. */
  others: number;
}

export interface SyncTask {
  chats: number;
  /** Messages in each chat before the device goes away. */
  known: number;
  missed: number;
  /** How many messages the client that asks every chat for its newest page asks for. */
  pageMessages: number;
}

export interface SyncResult {
  requests: number;
  bytes: number;
  /** Of the missed messages, how many are there afterwards. */
  arrived: number;
  /** Further requests and bytes until nothing is missing; null for a client that doesn't know what is. */
  rest: { requests: number; bytes: number } | null;
}

/** In a database with so many files of so many bytes each, room is made for `victims` of them. */
export interface EvictTask extends MediaSize {
  user: string;
  victims: number;
  /** How often that was done before. */
  round: number;
}

export interface EvictResult {
  ms: number;
  /** What is left: rows, bytes of them, and when the one was used that was not used for longest. */
  entries: number;
  blobs: number;
  oldestMs: number;
}

export interface WorkboxResult {
  ms: number;
  /** What is left, and the path of the first of them in the order they came. */
  entries: number;
  first: string;
}

/** So many files of so many bytes each are stored, or read again. */
export interface FilesTask {
  user: string;
  files: number;
  bytes: number;
  /** By hand: all in one transaction, or each verified and in its own. */
  how: 'putAll' | 'putEach';
}

export interface PlaceTask {
  place: 'database' | 'files';
  files: number;
  bytes: number;
}

/** For one file. */
export interface PlaceResult {
  putMs: number;
  getMs: number;
}
