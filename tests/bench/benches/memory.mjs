/** Memory of a page, with its workers, that shows the chat list and the newest 50 messages of a chat. */
import { compare, joined, skips } from '../comparison.mjs';

const asked = { limit: 50, listed: 20 };

/** @param {import('./filled.mjs').FilledSize} size @returns {import('./filled.mjs').Reading} */
export function memory({ chats, all }) {
  const samples = {};
  return {
    page: 'memory',
    task: { chats, ...asked },
    openings: 1,
    besides: ['empty page'],
    run: (browser, script, args) => browser.measure?.(script, args),
    take: (name, bytes) => {
      if (bytes !== undefined) (samples[name] ??= []).push(bytes / 1e6);
    },
    outcome: (skipped) => {
      if (!samples.optimal)
        return skips('memory', [
          { name: 'all', reason: 'which process a page has is known of Chromium only, on Linux' },
        ]);
      const title = `memory: of the process of a page with a chat open among ${all} messages`;
      const outcome = compare({ name: 'memory', title, compare: 'memory', unit: 'MB', samples });
      return joined([outcome, skips('memory', skipped)]);
    },
  };
}
