import type { Larder } from './client.js';
import { ArgumentError, DurabilityError, textOf, type LarderError } from './errors.js';
import type { CachedMessage } from './gen/schema.js';

/** A message to be sent. Members besides these go to the server as they are. */
export interface OutgoingMessage {
  /** 1 to 10,000 characters (Unicode code points). */
  content: string;
  /** Whether it carries a screenshot. */
  isScreenshot?: boolean;
  /** The screenshot's name on the server. */
  screenshotFileName?: string | null;
  [member: string]: unknown;
}

/** A message as it was stored, to be sent. */
export type SentMessage = CachedMessage & {
  /**
   * False: storage has failed, the message is only in memory and lost when the page goes before it is sent.
   */
  durable: boolean;
};

const encoder = new TextEncoder();

/** A message as the core wants it: its text stays exactly as it was written. */
export function messageBody(message: object): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

/** What the core found wrong with a message is an argument of the app's. */
export function refusalOf(error: LarderError): LarderError {
  const isOfMessage = /^(field|record)_/.test(error.code);
  return isOfMessage ? new ArgumentError(error.path ?? 'message', textOf(error.code)) : error;
}

/** Queues a message: see `Chat.send`. */
export async function sendMessage(
  larder: Larder,
  requestId: string,
  message: OutgoingMessage,
  allowVolatile: boolean,
): Promise<SentMessage> {
  const id = crypto.randomUUID();
  const header = { type: 'send', requestId, id, ...(allowVolatile ? { volatile: true } : {}) };
  const command = larder.command({ header, body: messageBody(message) });
  const { result, durable = true } = await command.catch((cause: LarderError) => {
    const error = refusalOf(cause);
    throw error instanceof ArgumentError || error.code === 'closed' ? error : new DurabilityError(error);
  });
  return { ...(result as Omit<CachedMessage, 'content'>), content: message.content, durable };
}
