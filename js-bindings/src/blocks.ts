import type { CachedMessage, MessageBlock } from './gen/schema.js';

/** What can be wrong with a block: see `VerifyProblem`. */
export type BlockFault = 'no_data' | 'bad_json' | 'wrong_count' | 'wrong_order' | 'wrong_range';

const decoder = new TextDecoder();
/** What was parsed already, of blocks that are kept in memory. */
const opened = new WeakMap<MessageBlock, CachedMessage[]>();

/** The messages of a block, ascending, or what is wrong with it: a block is trusted whole or not at all. */
export function openBlock(block: MessageBlock): CachedMessage[] | BlockFault {
  const known = opened.get(block);
  if (known) return known;
  const messages = parseBlock(block);
  if (typeof messages !== 'string') opened.set(block, messages);
  return messages;
}

function parseBlock({
  data,
  count,
  firstSequence,
  lastSequence,
}: MessageBlock): CachedMessage[] | BlockFault {
  if (!(data instanceof ArrayBuffer)) return 'no_data';
  let messages: CachedMessage[];
  try {
    messages = JSON.parse(decoder.decode(data)) as CachedMessage[];
  } catch {
    return 'bad_json';
  }
  if (!Array.isArray(messages) || !messages.length || messages.length !== count) return 'wrong_count';
  let last = 0;
  for (const message of messages) {
    const sequence = message?.sequenceNumber;
    if (!(sequence > last)) return 'wrong_order';
    last = sequence;
  }
  return messages[0]!.sequenceNumber === firstSequence && last === lastSequence ? messages : 'wrong_range';
}
