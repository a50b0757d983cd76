/** Opening: the newest 50 messages of a chat among 100,000, in a new page, then of the other chats. */
import { compare, joined, skips } from '../comparison.mjs';
import { openFilled } from './filled.mjs';

const size = { chats: 100, perChat: 200, times: 5 };
const task = { chats: size.chats, limit: 50 };
const all = size.chats * size.perChat * size.times;

/** The parts of a result, each a bench of its own. */
const parts = [
  { name: 'open', key: 'coldMs', how: 'new page' },
  { name: 'open-warm', key: 'warmMs', how: 'open page' },
  { name: 'open-again', key: 'againMs', how: 'open page, for the second time' },
];

/** @type {import('./index.mjs').Bench} */
export async function open(context) {
  const samples = Object.fromEntries(parts.map(({ key }) => [key, {}]));
  const take = (name, result) => {
    if (result.messages !== task.limit) throw new Error(`${name} read ${result.messages} messages`);
    for (const { key } of parts) (samples[key][name] ??= []).push(result[key]);
  };
  const skipped = await openFilled(context, { page: 'open', size, task, take });
  const outcomes = parts.map(({ name, key, how }) => {
    const title = `${name}: ${how}, newest ${task.limit} of a chat among ${all} messages`;
    return compare({ name, title, compare: 'time', samples: samples[key] });
  });
  return joined([...outcomes, skips('open', skipped)]);
}
