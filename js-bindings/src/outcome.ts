import type { CallMethod } from './gen/schema.js';
import type { CallOutcome, ChangeSignal, Transport, TransportAnswer } from './transport.js';

const encoder = new TextEncoder();
const REASON_CHARACTERS = 500;

/** Runs one call of a transport and turns whatever comes of it into an outcome; never throws. */
export async function runCall(
  transport: Transport,
  method: CallMethod,
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
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.ok) return { status: response.status, body };
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, reason: serverReason(body), ...(retryAfter ? { retryAfter } : {}) };
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

function failureOf(error: unknown, signal: AbortSignal): CallOutcome {
  if (signal.aborted) return { failure: signal.reason === 'timeout' ? 'timeout' : 'aborted' };
  const { status, retryAfter } = (error ?? {}) as { status?: unknown; retryAfter?: string | number };
  const reason = error instanceof Error ? error.message : String(error);
  if (typeof status !== 'number') return { failure: 'network', reason };
  return { status, reason, ...(retryAfter === undefined ? {} : { retryAfter: String(retryAfter) }) };
}
