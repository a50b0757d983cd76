import type { CallOutcome, ChangeSignal, MediaAnswer, TransportConfig } from './transport.js';
import type { CoreEvent, PlanSignal } from './core.js';
import type { CallMethod, ErrorCode, Layout } from './gen/schema.js';
import type { Reply } from './host.js';
import type { CacheLimits, MediaSettings } from './options.js';

/** How the worker is told to start. A transport `page` is an object on the page, called through the port. */
export interface StartOptions {
  /** Of this page: its commands' ids begin with it, and so it can tell its own messages on the channel. */
  instance: string;
  /** Of this worker: a page may have several, one after the other. */
  tab: string;
  databaseName: string;
  userId: string;
  openTimeoutMs: number;
  /** Whether the page has made the database: what is gone then was deleted. */
  made: boolean;
  layout: Layout;
  limits: Partial<CacheLimits>;
  media: MediaSettings;
  transport: TransportConfig | { kind: 'page'; subscribes: boolean };
  token: string | null;
  online: boolean;
}

/** From the page to its worker. */
export type ToWorker =
  | { kind: 'start'; options: StartOptions }
  | { kind: 'event'; event: CoreEvent }
  | { kind: 'credentials'; token: string | null }
  | { kind: 'answer'; id: number; outcome: CallOutcome }
  | { kind: 'signal'; id: number; change: ChangeSignal }
  | { kind: 'media'; id: number; head?: MediaAnswer; bytes?: Uint8Array }
  /** The page is put away or frozen; it is back. */
  | { kind: 'hidden' }
  | { kind: 'shown' }
  | { kind: 'ping' }
  | { kind: 'close' };

/** From the worker to its page. */
export type ToPage =
  | { kind: 'ready' }
  | { kind: 'pong' }
  | { kind: 'replies'; replies: Reply[]; elsewhere: boolean }
  | { kind: 'signals'; signals: PlanSignal[]; generation?: number }
  | { kind: 'call'; id: number; method: CallMethod; params: object }
  | { kind: 'cancel'; id: number }
  | { kind: 'error'; code: ErrorCode; reason: string }
  /** It has ended, or another tab upgraded the database or (`destroyed`) deleted it. */
  | { kind: 'closed'; destroyed?: boolean };

/** The end of a port at which a page is served: a worker's scope, or the page's own. */
export interface ServedPort {
  postMessage(message: ToPage): void;
  close(): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

/** On the channel between tabs. */
export interface SharedSignals {
  from: string;
  signals: PlanSignal[];
  /** Under which the host leads that tells of them. */
  generation?: number;
  /** Everything that is stored is being deleted: every tab is to close. */
  destroyed?: true;
}

/**
 * The name of the channel on which the tabs of one user tell each other what changed: ids only, no content.
 */
export function channelName(databaseName: string): string {
  return `chatlarder:${databaseName}`;
}
