/** Messages as the reference server sends them, in number, length and kind as in real support chats. */
import { randomBelow, randomFrom, randomUuid } from './random.js';

export interface ServerMessage {
  id: string;
  requestId: string;
  sequenceNumber: number;
  content: string;
  createdAt: string;
  [field: string]: unknown;
}

const FIRST_DAY_MS = Date.UTC(2026, 0, 5, 8);
const WORDS = (
  'the you to it is that in and for have on of not can what this just with if be are but my so do there ' +
  'get like use install try was how does one then from try file run when work driver error know need ' +
  'should reboot package update version screen kernel boot check terminal password server network wifi ' +
  'partition printer sound problem thanks working desktop https://example.org/help/1204 ' +
  '/var/log/syslog café für 🙂'
).split(' ');

/** Lengths in characters at these shares of 20,000 messages of a public support channel. */
const LENGTHS: [share: number, characters: number][] = [
  [0, 1],
  [0.05, 4],
  [0.25, 21],
  [0.5, 43],
  [0.75, 75],
  [0.9, 123],
  [0.95, 166],
  [0.99, 275],
  [1, 900],
];

function lengthAt(share: number): number {
  const above = LENGTHS.findIndex(([upTo]) => upTo > share);
  const [[lowShare, low], [highShare, high]] = [LENGTHS[above - 1]!, LENGTHS[above]!];
  return Math.round(low + ((share - lowShare) / (highShare - lowShare)) * (high - low));
}

function contentOf(random: () => number): string {
  const length = lengthAt(random());
  let text = '';
  while (text.length < length) text += (text && ' ') + WORDS[randomBelow(random, WORDS.length)]!;
  return text;
}

interface Person {
  id: string;
  username: string;
  fullName: string;
  isTechnician: boolean;
}

/** The id of the chat with this number. */
export function chatId(chat: number): string {
  return randomUuid(randomFrom(1_000_003 * (chat + 1)));
}

function personOf(seed: number, isTechnician: boolean): Person {
  const id = randomUuid(randomFrom(seed));
  const username = `${isTechnician ? 'agent' : 'customer'}.${seed % 1000}`;
  return { id, username, fullName: `Robin Example ${seed % 1000}`, isTechnician };
}

/** One in fifty has a file, one in a hundred is a screenshot. */
function attachmentOf(random: () => number): object {
  const die = random();
  const none = {
    isScreenshot: false,
    screenshotFileName: null,
    fileName: null,
    fileSize: null,
    fileMimeType: null,
  };
  if (die < 0.01) return { ...none, isScreenshot: true, screenshotFileName: `${randomUuid(random)}.png` };
  if (die >= 0.03) return none;
  const fileSize = 1 + randomBelow(random, 5_000_000);
  return { ...none, fileName: `report-${fileSize}.pdf`, fileSize, fileMimeType: 'application/pdf' };
}

/** Message `sequenceNumber` of a chat: always the same. */
export function makeMessage(chat: number, sequenceNumber: number): ServerMessage {
  const random = randomFrom((chat + 1) * 1_000_000 + sequenceNumber);
  const sender = random() < 0.5 ? personOf(chat % 7, true) : personOf(100 + chat, false);
  const at = FIRST_DAY_MS + chat * 3_600_000 + sequenceNumber * 97_000 + randomBelow(random, 90_000);
  return {
    id: randomUuid(random),
    requestId: chatId(chat),
    sequenceNumber,
    senderId: sender.id,
    sender,
    content: contentOf(random),
    createdAt: new Date(at).toISOString(),
    updatedAt: null,
    ...attachmentOf(random),
    isReadByCurrentUser: random() < 0.9,
  };
}
