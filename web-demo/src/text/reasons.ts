import { DurabilityError, LarderError } from 'chatlarder';

/** What the codes mean to someone who has just written something. */
const words: Readonly<Record<string, string>> = {
  network: 'The server couldn’t be reached.',
  offline: 'The server couldn’t be reached.',
  timeout: 'The server didn’t answer.',
  server: 'The server has a problem.',
  rate_limited: 'The server has too much to do.',
  rejected: 'The server refused it.',
  unknown_operation: 'It has been sent or discarded meanwhile.',
  operation_under_way: 'It is being sent at this moment.',
  media_damaged: 'What came isn’t what the server has.',
  operation_attempted: 'It may have arrived already. Once that is known, it can be changed.',
};

/** Why something went wrong, for the user. */
export function reasonOf(error: unknown): string {
  if (error instanceof DurabilityError) return `This device couldn’t store it (${error.reason}).`;
  if (error instanceof LarderError) return ownWords(error) ?? words[error.code] ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** What the server itself said. */
function ownWords({ code, reason }: LarderError): string | undefined {
  return code === 'rejected' ? reason : undefined;
}

/** Whether it was for want of a connection. */
export function isCutOff(error: unknown): boolean {
  return error instanceof LarderError && ['offline', 'network', 'timeout'].includes(error.code);
}

/** Why a message couldn't be sent: the server's own words, or what its code means. */
export function failureOf(reason: string | null | undefined): string {
  return words[reason ?? ''] ?? reason ?? '';
}
