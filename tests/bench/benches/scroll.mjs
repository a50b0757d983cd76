/** Scrolling: an open page goes back through one chat to its first message. */
import { compare, joined, skips } from '../comparison.mjs';

const limit = 50;

/** @param {import('./filled.mjs').FilledSize} size @returns {import('./filled.mjs').Reading} */
export function scroll({ chats, longChats, lastSequence, all }) {
  const samples = {};
  return {
    page: 'scroll',
    task: { chats, longChats, limit, lastSequence },
    openings: 1,
    take: (name, { ms }) => (samples[name] ??= []).push(ms),
    outcome: (skipped) => {
      const pages = lastSequence / limit;
      const title = `scroll: back ${pages} pages of ${limit} in a chat among ${all} messages`;
      const outcome = compare({ name: 'scroll', title, compare: 'time', samples });
      return joined([outcome, skips('scroll', skipped)]);
    },
  };
}
