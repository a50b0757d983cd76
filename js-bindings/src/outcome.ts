import type { CallOutcome, ChangeSignal, Transport, TransportAnswer } from './transport.js';

const encoder = new TextEncoder();
const REASON_CHARACTERS = 500;

/** The calls whose answers the core reads; bytes of media it never sees. */
export type AnsweredMethod = 'fetchChats' | 'fetchMessages' | 'subscribe' | 'sendMessage' | 'markRead';

/** Runs one call of a transport and turns whatever comes of it into an outcome; never throws. */
export async function runCall(
  transport: Transport,
  method: AnsweredMethod,
  params: object,
  signal: AbortSignal,
  onSignal: (change: ChangeSignal) => void,
): Promise<CallOutcome> {
  try {
    if (method === 'subscribe') {
      if (!transport.subscribe) return { status: 404 };
      await transport.subscribe(onSignal, { signal });
      return { status: 200 };
    }
    if (!transport[method]) return { status: 405, reason: `the transport has no ${method}` };
    return await outcomeOf(await transport[method](params as never, { signal }));
  } catch (error) {
    return failureOf(error, signal);
  }
}

async function outcomeOf(answer: TransportAnswer | void): Promise<CallOutcome> {
  if (answer === undefined) return { status: 200 };
  if (typeof answer === 'string') return { status: 200, body: encoder.encode(answer) };
  if (answer instanceof Uint8Array) return { status: 200, body: answer };
  if (answer instanceof ArrayBuffer) return { status: 200, body: new Uint8Array(answer) };
  if (answer instanceof Response) return responseOutcome(answer);
  return { status: 200, body: encoder.encode(JSON.stringify(answer)) };
}

async function responseOutcome(response: Response): Promise<CallOutcome> {
  if (!response.ok) return refusalOf(response);
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
}

/** What an answer that is no success says. */
export async function refusalOf(response: Response): Promise<CallOutcome> {
  const retryAfter = response.headers.get('retry-after');
  const reason = serverReason(new Uint8Array(await response.arrayBuffer()));
  return { status: response.status, reason, ...(retryAfter ? { retryAfter } : {}) };
}

/** The server's own words: the detail of a problem document (RFC 9457), or the start of the body. */
function serverReason(body: Uint8Array): string {
  const text = new TextDecoder().decode(body);
  try {
    const problem = JSON.parse(text) as { detail?: string; title?: string };
    return String(problem.detail ?? problem.title ?? text).slice(0, REASON_CHARACTERS);
  } catch {
    return text.slice(0, REASON_CHARACTERS);
  }
}

export function failureOf(error: unknown, signal: AbortSignal): CallOutcome {
  if (signal.aborted) return { failure: signal.reason === 'timeout' ? 'timeout' : 'aborted' };
  const { status, retryAfter } = (error ?? {}) as { status?: unknown; retryAfter?: string | number };
  const reason = error instanceof Error ? error.message : String(error);
  if (typeof status !== 'number') return { failure: 'network', reason };
  return { status, reason, ...(retryAfter === undefined ? {} : { retryAfter: String(retryAfter) }) };
}

/** What a transport that pays no heed to its signal would keep waiting for. */
export function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DOMException('aborted', 'AbortError'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
