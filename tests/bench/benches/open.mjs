/** Opening: the chat list and the newest messages of a chat, in a new page; then those of the other chats. */
import { compare, joined, skips } from '../comparison.mjs';

const asked = { limit: 50, listed: 20 };

/** The parts of a result, each a bench of its own. */
const parts = [
  { name: 'open', key: 'coldMs', how: `new page, the list of ${asked.listed} chats and the` },
  { name: 'open-warm', key: 'warmMs', how: 'open page,' },
  { name: 'open-again', key: 'againMs', how: 'open page, for the second time,' },
];

/** Every page must be full, and every contender reads the same as the others with the same seed. */
function sameReads() {
  const known = new Map();
  return (name, { messages, seed, first, list }) => {
    if (messages !== asked.limit) throw new Error(`${name} read ${messages} messages`);
    const read = JSON.stringify({ first, list });
    if (list.length !== asked.listed || read !== (known.get(seed) ?? read))
      throw new Error(`${name} read\n${read}\nnot\n${known.get(seed)}`);
    known.set(seed, read);
  };
}

/** @param {import('./filled.mjs').FilledSize} size @returns {import('./filled.mjs').Reading} */
export function open({ chats, all }) {
  const check = sameReads();
  const samples = Object.fromEntries(parts.map(({ key }) => [key, {}]));
  return {
    page: 'open',
    task: { chats, ...asked },
    take: (name, result) => {
      check(name, result);
      for (const { key } of parts) (samples[key][name] ??= []).push(result[key]);
    },
    outcome: (skipped) => {
      const outcomes = parts.map(({ name, key, how }) => {
        const title = `${name}: ${how} newest ${asked.limit} of a chat among ${all} messages`;
        return compare({ name, title, compare: 'time', samples: samples[key] });
      });
      return joined([...outcomes, skips('open', skipped)]);
    },
  };
}
