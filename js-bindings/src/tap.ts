import { Core, type CoreEvent, type Plan, type Step } from './core.js';
import { tapChannelName, type TapMessage, type TappedEvent, type TappedStep } from './tapped.js';

/** An inspector says so often enough that it is still there; one that is gone without a word is forgotten. */
const ATTACHED_MS = 150_000;

/**
 * Lets inspectors, in whichever tab of the site, hear of this worker's core. As long as there is none,
 * nothing is said and the core is left alone. Returns what ends it.
 */
export function letInspect(databaseName: string): () => void {
  if (!('BroadcastChannel' in globalThis)) return () => {};
  const channel = new BroadcastChannel(tapChannelName(databaseName));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (message: TapMessage) => channel.postMessage(message);
  const attach = (attached: boolean) => {
    clearTimeout(timer);
    Core.tap = attached ? (step) => tell({ step: tapped(step) }) : null;
    if (attached) timer = setTimeout(attach, ATTACHED_MS, false);
  };
  channel.onmessage = ({ data }: MessageEvent<TapMessage>) => {
    if ('attach' in data) attach(data.attach);
  };
  tell({ here: true });
  return () => {
    attach(false);
    channel.close();
  };
}

function tapped({ events, plan, bytes, ms }: Step): TappedStep {
  const { durability, deadline, reads, signals, replies } = plan;
  return {
    at: Date.now(),
    ms,
    events: events.map(tappedEvent),
    bytes,
    durability,
    deadline,
    writes: plan.writes.map((write) => {
      const { op, store } = write;
      return { op, store, count: 'rows' in write ? write.rows.length : write.keys.length };
    }),
    reads: reads.map(({ store }) => store),
    calls: plan.calls.map(({ id, method, params }) => ({ id, method, ...chatOf(params) })),
    signals: signals.map(({ type }) => type),
    replies: replies.map(({ code }) => code ?? 'ok'),
  };
}

function tappedEvent({ header, body }: CoreEvent): TappedEvent {
  const { type, call, status, failure } = header;
  const event = { type, bytes: body?.byteLength ?? 0, ...chatOf(header) };
  if (type !== 'reply') return event;
  const { id, method, params } = call as Plan['calls'][number];
  const outcome = (failure ?? status ?? '') as number | string;
  return { ...event, ...chatOf(params), call: id, method, outcome };
}

function chatOf({ requestId }: Record<string, unknown>): { requestId?: string } {
  return typeof requestId === 'string' ? { requestId } : {};
}
