import type { CallOutcome, ChangeSignal, MediaAnswer, TransportConfig } from './transport.js';
import type { CoreEvent, PlanSignal } from './core.js';
import type { CallMethod, ErrorCode, Layout } from './gen/schema.js';
import type { Reply } from './host.js';
import type { CacheLimits, MediaSettings } from './options.js';

/** How the worker is told to start. A transport `page` is an object on the page, called through the port. */
export interface StartOptions {
  /** Of this page, so that it can tell its own messages on the channel. */
  instance: string;
  databaseName: string;
  userId: string;
  openTimeoutMs: number;
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
  | { kind: 'close' };

/** From the worker to its page. */
export type ToPage =
  | { kind: 'ready' }
  | { kind: 'replies'; replies: Reply[] }
  | { kind: 'signals'; signals: PlanSignal[] }
  | { kind: 'call'; id: number; method: CallMethod; params: object }
  | { kind: 'cancel'; id: number }
  | { kind: 'error'; code: ErrorCode; reason: string }
  | { kind: 'closed' };

/** On the channel between tabs. */
export interface SharedSignals {
  from: string;
  signals: PlanSignal[];
}

/**
 * The name of the channel on which the tabs of one user tell each other what changed: ids only, no content.
 */
export function channelName(databaseName: string): string {
  return `chatlarder:${databaseName}`;
}
