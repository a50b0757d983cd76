/** What the workers and inspectors of one database tell each other: kinds, numbers and sizes, no contents. */

/** One event that went into the core. */
export interface TappedEvent {
  type: string;
  /** Of its body. */
  bytes: number;
  requestId?: string;
  /** Of a reply: the call's, and the status or failure that it ended with. */
  call?: number;
  method?: string;
  outcome?: number | string;
}

/** One step of the core: what it was told, and what it wants done. */
export interface TappedStep {
  /** When it ended, in milliseconds since 1970. */
  at: number;
  /** How long the core took, as exactly as the browser says. */
  ms: number;
  events: TappedEvent[];
  /** Of the plan. */
  bytes: number;
  durability: string;
  deadline: number | null;
  writes: { op: string; store: string; count: number }[];
  /** Stores. */
  reads: string[];
  calls: { id: number; method: string; requestId?: string }[];
  /** Types. */
  signals: string[];
  /** How commands ended: their error's code, or `ok`. */
  replies: string[];
}

/** On the channel: an inspector comes (again) or goes; a worker comes; a step was made. */
export type TapMessage = { attach: boolean } | { here: true } | { step: TappedStep };

export function tapChannelName(databaseName: string): string {
  return `chatlarder-inspector:${databaseName}`;
}
