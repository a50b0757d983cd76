/** Scrolling: an open page goes back through one chat to its first message. */
import { compare, joined, skips } from '../comparison.mjs';
import { openFilled } from './filled.mjs';

const size = { chats: 20, perChat: 200, times: 25 };
const lastSequence = size.perChat * size.times;
const task = { chats: size.chats, limit: 50, lastSequence };
const all = size.chats * lastSequence;

/** @type {import('./index.mjs').Bench} */
export async function scroll(context) {
  const samples = {};
  const take = (name, { ms }) => (samples[name] ??= []).push(ms);
  const skipped = await openFilled(context, { page: 'scroll', size, task, take });
  const pages = lastSequence / task.limit;
  const title = `scroll: back ${pages} pages of ${task.limit} in a chat among ${all} messages`;
  return joined([compare({ name: 'scroll', title, compare: 'time', samples }), skips('scroll', skipped)]);
}
