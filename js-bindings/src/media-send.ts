import { openAnswer, type MediaHead } from './media-answer.js';
import { failureOf } from './outcome.js';
import type { CallOutcome, FetchMediaParams, MediaAnswer, Transport } from './transport.js';

/** What of a file goes to the worker: what is said of it, then its bytes, which are transferred. */
export type SendPart = (
  part: { head?: MediaHead & Pick<MediaAnswer, 'status'>; bytes?: Uint8Array },
  transfer?: Transferable[],
) => void;

/** Answers a worker's `fetchMedia` with a transport on the page; never throws. */
export async function sendMedia(
  transport: Transport,
  params: FetchMediaParams,
  signal: AbortSignal,
  send: SendPart,
): Promise<CallOutcome> {
  try {
    if (!transport.fetchMedia) return { status: 405, reason: 'the transport has no fetchMedia' };
    const opened = await openAnswer(await transport.fetchMedia(params, { signal }), params.offset);
    if ('refusal' in opened) return opened.refusal;
    const { head, stream } = opened;
    send({ head: { ...head, status: head.start === 0 ? 200 : 206 } });
    await sendBytes(stream, signal, send);
    return { status: 200 };
  } catch (error) {
    return failureOf(error, signal);
  }
}

async function sendBytes(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  send: SendPart,
): Promise<void> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return;
    const bytes = value.slice(); // the app may go on using its own
    send({ bytes }, [bytes.buffer]);
  }
}
