import { effect } from '@preact/signals';
import type { Larder } from 'chatlarder';
import { postRead } from './api';
import { connection, larder } from './store';

/** So long what is read is gathered before the server is told. */
const settleMs = 400;

/** By chat, how far it was read: what the server is still to be told, and what it was told. */
const owed = new Map<string, number>();
const told = new Map<string, number>();
let timer: number | null = null;

/** Tells the server how far a chat was read, as soon as it can be reached. */
export function oweReceipt(requestId: string, upTo: number): void {
  if (upTo <= Math.max(owed.get(requestId) ?? 0, told.get(requestId) ?? 0)) return;
  owed.set(requestId, upTo);
  sendSoon();
}

/** What was read offline, or in an earlier visit, is told on coming online. */
effect(() => {
  if (larder.value && connection.value === 'online') void oweWhatIsStored(larder.value);
});

async function oweWhatIsStored(opened: Larder): Promise<void> {
  const chats = await opened.chats({ limit: Number.MAX_SAFE_INTEGER }).catch(() => []);
  for (const { requestId, lastReadSequence, server } of chats) {
    if (lastReadSequence > (server?.lastReadSequence ?? 0)) oweReceipt(requestId, lastReadSequence);
  }
  if (owed.size > 0) sendSoon();
}

function sendSoon(): void {
  if (connection.peek() === 'offline') return;
  timer ??= window.setTimeout(() => {
    timer = null;
    for (const [requestId, upTo] of [...owed]) void send(requestId, upTo);
  }, settleMs);
}

/** A receipt that fails goes with the next one, or on coming online. */
async function send(requestId: string, upTo: number): Promise<void> {
  owed.delete(requestId);
  told.set(requestId, upTo);
  try {
    await postRead(requestId, upTo);
  } catch {
    told.delete(requestId);
    owed.set(requestId, Math.max(upTo, owed.get(requestId) ?? 0));
  }
}
