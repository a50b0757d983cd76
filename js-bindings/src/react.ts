/**
 * Hooks for React, 18 and later: what is on this device, and again after every change of it.
 *
 * They open nothing, keep nothing and decide nothing: each is a subscription to the larder of the nearest
 * `LarderProvider`, and what fails is a value, `error`, not an exception. On a server, and until there is a
 * larder, they say that nothing has been read yet.
 *
 * ```tsx
 * import { openLarder } from 'chatlarder';
 * import { LarderProvider } from 'chatlarder/react';
 *
 * const opening = openLarder({ userId, transport });
 *
 * function App() {
 *   const [larder, setLarder] = useState<Larder | null>(null);
 *   useEffect(() => void opening.then(setLarder, showProblem), []);
 *   return <LarderProvider larder={larder}><Chats /></LarderProvider>;
 * }
 * ```
 *
 * @module chatlarder/react
 */
'use client';

import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useMemo,
  useReducer,
  useSyncExternalStore,
  type ReactElement,
  type ReactNode,
} from 'react';
import type { MessagePage } from './chat.js';
import type { Larder } from './client.js';
import type { LarderError } from './errors.js';
import type { CachedMessage, ChatState, Connection, Gap, OfflineOperation } from './gen/schema.js';
import type { GetOptions } from './media-calls.js';
import type { ChatSummary } from './reads.js';

const LarderContext = createContext<Larder | null | undefined>(undefined);

/**
 * Gives the components below it a larder; null as long as it is being opened. It doesn't close it: whoever
 * opened it does.
 */
export function LarderProvider(props: { larder: Larder | null; children?: ReactNode }): ReactElement {
  return createElement(LarderContext.Provider, { value: props.larder }, props.children);
}

/**
 * The larder of the nearest provider, for all that isn't read but done; null as long as it is being opened.
 * Throws an `Error` where there is no provider.
 *
 * ```tsx
 * const larder = useLarder();
 * const send = (content: string) => larder?.chat(requestId).send({ content });
 * ```
 */
export function useLarder(): Larder | null {
  const larder = useContext(LarderContext);
  if (larder === undefined) throw new Error('put <LarderProvider larder={…}> around what uses the larder');
  return larder;
}

/** What `useChats` says. */
export interface ChatsResult {
  /** Newest activity first; null before they have been read. */
  chats: ChatSummary[] | null;
  /** Why they could not be read last; what was read before is still there. */
  error: LarderError | null;
}

/**
 * The chats on this device, as of `larder.watchChats`; `limit` defaults to 100.
 *
 * ```tsx
 * function ChatList() {
 *   const { chats, error } = useChats({ limit: 20 });
 *   if (error) return <p>{error.message}</p>;
 *   return <ul>{chats?.map(({ requestId, title }) => <li key={requestId}>{title}</li>)}</ul>;
 * }
 * ```
 */
export function useChats(options: { limit?: number } = {}): ChatsResult {
  const { limit } = options;
  const wanted = limit === undefined ? {} : { limit };
  const { value, error } = useReading<ChatSummary[]>('', limit, (larder) => ({
    watch: (callback) => larder.watchChats(wanted, callback),
    read: () => larder.chats(wanted),
  }));
  return { chats: value, error };
}

/** What `useMessages` says. */
export interface MessagesResult {
  /** Ascending; null before they have been read. */
  messages: CachedMessage[] | null;
  /** What is missing among them or directly below them: `larder.chat(requestId).fill(gap)` fetches it. */
  gaps: Gap[];
  /** The chat as the list has it; null when it isn't known. */
  chat: ChatSummary | null;
  /** What the core said last of it; null before it has said anything. */
  state: ChatState | null;
  /** Why they could not be read last; what was read before is still there. */
  error: LarderError | null;
}

/**
 * Opens a chat, as `chat.watch` does, for as long as the component is there: it is synchronised by itself,
 * and its newest `limit` (default 50) messages are given at once and after every change. With another `limit`
 * the messages stay until the others have been read; with another `requestId` they don't. With null no chat
 * is open.
 *
 * ```tsx
 * function Conversation({ requestId }: { requestId: string }) {
 *   const [limit, setLimit] = useState(50);
 *   const { messages, error } = useMessages(requestId, { limit });
 *   if (error) return <p>{error.message}</p>;
 *   return (
 *     <>
 *       <button onClick={() => setLimit(limit + 50)}>Earlier</button>
 *       <ol>{messages?.map((message) => <li key={message.tempId ?? message.id}>{message.content}</li>)}</ol>
 *     </>
 *   );
 * }
 * ```
 */
export function useMessages(requestId: string | null, options: { limit?: number } = {}): MessagesResult {
  const { limit } = options;
  const wanted = limit === undefined ? {} : { limit };
  const { value, error } = useReading<MessagePage>(requestId, limit, (larder) => {
    const chat = larder.chat(requestId!);
    return { watch: (callback) => chat.watch(wanted, callback), read: () => chat.messages(wanted) };
  });
  const { messages = null, gaps = NONE, chat = null, state = null } = value ?? {};
  return { messages, gaps, chat, state, error };
}

/** What `useOutbox` says. */
export interface OutboxResult {
  /** In the order in which they were written; null before they have been read. */
  operations: OfflineOperation[] | null;
  /** Why they could not be read last; what was read before is still there. */
  error: LarderError | null;
}

/**
 * What was written on this device and the server doesn't have yet. What can be done about it is in
 * `larder.outbox`.
 *
 * ```tsx
 * function Unsent() {
 *   const larder = useLarder();
 *   const { operations } = useOutbox();
 *   const failed = operations?.filter(({ status }) => status === 'failed') ?? [];
 *   if (!failed.length) return null;
 *   return <button onClick={() => void larder?.outbox.retryAll()}>Send {failed.length} again</button>;
 * }
 * ```
 */
export function useOutbox(): OutboxResult {
  const { value, error } = useReading<OfflineOperation[]>('', undefined, ({ outbox }) => ({
    watch: (callback) => outbox.watch(callback),
    read: () => outbox.list(),
  }));
  return { operations: value, error };
}

/**
 * Whether the server could be reached at the last try; null as long as there is no larder.
 *
 * ```tsx
 * const isOffline = useConnection() === 'offline';
 * ```
 */
export function useConnection(): Connection | null {
  const larder = useLarder();
  const subscribe = useCallback(
    (onChange: () => void) => {
      larder?.addEventListener('connection', onChange);
      return () => larder?.removeEventListener('connection', onChange);
    },
    [larder],
  );
  return useSyncExternalStore(
    subscribe,
    () => larder?.connection ?? null,
    () => null,
  );
}

/** What `useMedia` says: `url` is null until the file is there. */
export interface MediaResult {
  /** An object URL, good as long as the component is there and asks for the same file. */
  url: string | null;
  /** False: the file is to be downloaded under `filename`, not shown. */
  inline: boolean;
  /** A type that is safe to show; `application/octet-stream` of what is to be downloaded. */
  mimeType: string | null;
  /** What to call it when it is saved. */
  filename: string | null;
  /** While it is downloaded: whole percents, 0 to 100. */
  progress: number | null;
  /** Why it could not be had. */
  error: LarderError | null;
  /** Asks for the file once more, after an error. */
  retry: () => void;
}

/**
 * A file as an object URL, from disk or downloaded, as of `larder.media.url`. It is given back when the
 * component goes or asks for another file; a download that nobody else waits for is given up then. Without a
 * `requestId` or `filename` nothing is asked for.
 *
 * ```tsx
 * function Picture({ requestId, fileName }: CachedMessage) {
 *   const { url, inline, filename, progress, error, retry } = useMedia(requestId, fileName);
 *   if (error) return <button onClick={retry}>{error.message}</button>;
 *   if (!url) return <progress max={100} value={progress ?? 0} />;
 *   return inline ? <img src={url} alt="" /> : <a href={url} download={filename}>{filename}</a>;
 * }
 * ```
 */
export function useMedia(
  requestId: string | null | undefined,
  filename: string | null | undefined,
  options: Pick<GetOptions, 'priority' | 'messageId'> = {},
): MediaResult {
  const larder = useLarder();
  const { priority, messageId } = options;
  const [tries, retry] = useReducer((times: number) => times + 1, 0);
  const cell = useMemo(() => new Cell<Shown>(NOT_SHOWN), [larder, requestId, filename]);
  const subscribe = useCallback(
    (onChange: () => void) => {
      if (!larder || !requestId || !filename) return nothing;
      const wish = { ...(priority ? { priority } : {}), ...(messageId ? { messageId } : {}) };
      return showFile(cell, larder, requestId, filename, wish, onChange);
    },
    [cell, priority, messageId, tries],
  );
  const shown = useSyncExternalStore(subscribe, cell.get, () => NOT_SHOWN);
  return { ...shown, retry };
}

type Shown = Omit<MediaResult, 'retry'>;

const NONE: never[] = [];
const NOT_SHOWN: Shown = {
  url: null,
  inline: false,
  mimeType: null,
  filename: null,
  progress: null,
  error: null,
};
const nothing = () => {};

/** What a component shows of something outside React; it lives as long as the component asks for the same. */
class Cell<T> {
  value: T;
  readonly get = () => this.value;

  constructor(value: T) {
    this.value = value;
  }
}

/** Asks for a file and shows what becomes of it; returns what gives it back. */
function showFile(
  cell: Cell<Shown>,
  larder: Larder,
  requestId: string,
  filename: string,
  wish: Pick<GetOptions, 'priority' | 'messageId'>,
  onChange: () => void,
): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const show = (part: Partial<Shown>) => {
    if (signal.aborted) return;
    cell.value = { ...NOT_SHOWN, ...part };
    onChange();
  };
  let revoke = nothing;
  larder.media
    .url(requestId, filename, { ...wish, signal, onProgress: (progress) => show({ progress }) })
    .then(
      ({ revoke: giveBack, ...file }) => {
        if (signal.aborted) return giveBack();
        revoke = giveBack;
        show(file);
      },
      (error: LarderError) => show({ error }),
    );
  return () => {
    stop.abort();
    revoke();
    cell.value = NOT_SHOWN;
  };
}

interface Reading<T> {
  value: T | null;
  error: LarderError | null;
}

/** How something is watched, and read once. */
interface Source<T> {
  watch: (callback: (value: T) => void) => () => void;
  read: () => Promise<T>;
}

const UNREAD: Reading<never> = { value: null, error: null };

/** Shows what is read, from the time when it is asked for; `name` and `limit` say what it is. */
function useReading<T>(
  name: string | null,
  limit: number | undefined,
  sourceOf: (larder: Larder) => Source<T>,
): Reading<T> {
  const larder = useLarder();
  const cell = useMemo(() => new Cell<Reading<T>>(UNREAD), [larder, name]);
  const subscribe = useCallback(
    (onChange: () => void) => (larder && name !== null ? follow(cell, larder, sourceOf, onChange) : nothing),
    [cell, limit],
  );
  return useSyncExternalStore(subscribe, cell.get, () => UNREAD);
}

/**
 * Watches, and shows what comes. A larder reports what fails, but not to whom: after an error that reading
 * may have, it is read once more, and that says how it stands.
 */
function follow<T>(
  cell: Cell<Reading<T>>,
  larder: Larder,
  sourceOf: (larder: Larder) => Source<T>,
  onChange: () => void,
): () => void {
  const stop = new AbortController();
  let shown = 0;
  const show = (next: Reading<T>) => {
    if (stop.signal.aborted) return;
    shown += 1;
    cell.value = next;
    onChange();
  };
  const fail = (error: LarderError) => show({ value: cell.value.value, error });
  try {
    const { watch, read } = sourceOf(larder);
    const check = () => {
      const before = shown;
      read().then((value) => shown === before && show({ value, error: null }), fail);
    };
    const onError = ({ detail }: CustomEvent<LarderError>) => mayBeOfReading(detail) && check();
    larder.addEventListener('error', onError, { signal: stop.signal });
    larder.addEventListener('closed', check, { signal: stop.signal });
    const unwatch = watch((value) => show({ value, error: null }));
    stop.signal.addEventListener('abort', unwatch, { once: true });
  } catch (error) {
    fail(error as LarderError); // an argument is wrong
  }
  return () => stop.abort();
}

function mayBeOfReading({ name, code }: LarderError): boolean {
  return name === 'StorageError' || code === 'closed';
}
