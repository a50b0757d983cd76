import { AGENT, CUSTOMER } from './auth.mjs';
import { randomFrom } from './random.mjs';

/** @import { LoadRecord } from './load.mjs' */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const THINGS = [
  'the printer on floor 3',
  'my laptop',
  'the VPN',
  'the shared calendar',
  'the badge reader',
  'the projector in room Úrsula',
  'our ticket form',
  'the payroll export',
  'the phone app',
  'the build server',
  'the coffee machine',
  'the backup job',
];
const TROUBLES = [
  'prints blank pages',
  'asks for a password again and again',
  'is slow since the update',
  'shows yesterday’s data',
  'loses the connection every few minutes',
  'says “access denied”',
  'doesn’t start any more',
  'sends everything twice',
];
const TRIES = [
  'restart it once',
  'check the cable',
  'clear the cache',
  'sign out and in again',
  'install version {number}.2',
  'look at the log in /var/log/app-{number}.log',
  'open https://example.org/help/{number}',
];
const QUESTIONS = [
  'Since when does {thing} do that?',
  'Could you {try}, please?',
  'Does it also happen when you {try}?',
  'Which version of {thing} is it?',
  'Can you send a screenshot?',
  'Is anyone else affected?',
];
const ANSWERS = [
  'Since this morning, about 9.',
  'I did that, {thing} still {trouble}.',
  'Yes.',
  'No 🙁',
  'One moment, I’ll {try}.',
  'Only me, I think. The colleague next door has the same model and it works.',
  'It says error {number}.',
  'Здравствуйте, это снова я: error {number}.',
  '그대로예요.',
  'Thanks! That helped 🎉',
];
const REPORTS = [
  'Here is what I did so far:\n1. {try}\n2. {try}\n3. {try}\nAnd {thing} still {trouble}.',
  'To be complete: on Monday {thing} was fine. On Tuesday it {trouble}, but only in the afternoon. Today ' +
    'it {trouble} all the time, and I have a meeting in {number} minutes. Is there anything I can do myself?',
];
const HANDOVERS = [
  'I’ve passed this on to the second level, reference {number}. They will {try} and come back to you; ' +
    'please leave {thing} switched on until then.',
  'What we know so far: {thing} {trouble} on {number} machines. Please {try}, then {try}, and tell me ' +
    'whether it helped. If it didn’t, a colleague comes by tomorrow.',
];
const SLOTS = /** @type {Record<string, string[]>} */ ({ thing: THINGS, trouble: TROUBLES, try: TRIES });

/**
 * Made-up support chats, in the shape of loaded ones: always the same text for the same counts, the newest
 * message just before `now`, the other chats further and further back.
 *
 * @param {number} chats
 * @param {number} messages in each chat
 * @param {number} [now]
 * @returns {Generator<LoadRecord>}
 */
export function* generateMessages(chats, messages, now = Date.now()) {
  for (let chat = 1; chat <= chats; chat++) {
    const random = randomFrom(chat);
    const newest = now - Math.floor((chat - 1) * DAY_MS * 0.3 + random() * MINUTE_MS);
    yield* generateChat(chat, messages, newest, random);
  }
}

/**
 * @param {number} chat
 * @param {number} messages
 * @param {number} newest time of the last message
 * @param {() => number} random
 * @returns {Generator<LoadRecord>}
 */
function* generateChat(chat, messages, newest, random) {
  const thing = pick(THINGS, random);
  const problem = `${thing} ${pick(TROUBLES, random)}`;
  const title = `${problem[0].toUpperCase()}${problem.slice(1)} (${chat})`;
  const steps = Array.from({ length: messages }, () => stepMs(random));
  let time = newest - steps.slice(1).reduce((sum, step) => sum + step, 0);
  let sender = CUSTOMER;
  for (let seq = 1; seq <= messages; seq++) {
    if (seq > 1) {
      time += steps[seq - 1];
      if (random() < 0.65) sender = sender === CUSTOMER ? AGENT : CUSTOMER;
    }
    const text = seq === 1 ? `Hello, ${problem}. Can you help?` : sentence(sender === AGENT, thing, random);
    yield {
      chat: `generated-${chat}`,
      title,
      seq,
      time: new Date(time).toISOString(),
      nick: sender.username,
      text,
      sender,
    };
  }
}

/** Mostly minutes, at times a night. @param {() => number} random */
function stepMs(random) {
  return Math.floor(random() < 0.03 ? random() * DAY_MS * 0.6 : random() * random() * 12 * MINUTE_MS) + 1000;
}

/**
 * @param {boolean} asks
 * @param {string} thing what this chat is about
 * @param {() => number} random
 */
function sentence(asks, thing, random) {
  const [short, long] = asks ? [QUESTIONS, HANDOVERS] : [ANSWERS, REPORTS];
  const first = pick(random() < 0.08 ? long : short, random);
  const pattern = random() < 0.3 ? `${first} ${pick(short, random)}` : first;
  return pattern
    .replaceAll(/\{(thing|trouble|try)\}/g, (_, slot) =>
      slot === 'thing' ? thing : pick(SLOTS[slot], random),
    )
    .replaceAll('{number}', () => String(100 + Math.floor(random() * 900)));
}

/** @param {string[]} list @param {() => number} random */
function pick(list, random) {
  return list[Math.floor(random() * list.length)];
}
