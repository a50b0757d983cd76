/**
 * Whether the server's history is what was written: every acknowledged message once, no message twice, and in
 * each chat the order in which they were written.
 *
 * @typedef {object} Stored a message as the server has it
 * @property {string} content
 * @property {string} clientTempId
 * @property {number} sequenceNumber
 *
 * @typedef {{ round: import('./ledger.mjs').Round, text: string }} Problem
 */

/** Round and number of a message: page.ts writes them first. */
function placeOf({ content }) {
  const match = /^(\d+)\.(\d+) /.exec(content);
  return match && { round: Number(match[1]), number: Number(match[2]) };
}

const nameOf = (chat, { round, number }) => `message ${round}.${number} of chat ${chat}`;

/**
 * @param {Stored[][]} histories by chat
 * @returns {Problem[]} what is wrong with them whatever was acknowledged
 */
export function doubledOrOutOfOrder(histories) {
  const problems = [];
  const keys = new Set();
  for (const [chat, messages] of histories.entries()) {
    const known = new Set();
    let last = { round: 0, number: 0 };
    for (const message of messages) {
      const place = placeOf(message);
      if (!place) {
        problems.push({ round: 'end', text: `nobody wrote ${JSON.stringify(message)}` });
        continue;
      }
      const name = nameOf(chat, place);
      const isLater = place.round > last.round || (place.round === last.round && place.number > last.number);
      if (known.has(name)) problems.push({ round: place.round, text: `${name} is there twice` });
      else if (keys.has(message.clientTempId)) {
        problems.push({ round: place.round, text: `the key of ${name} is there twice` });
      } else if (!isLater) {
        problems.push({ round: place.round, text: `${name} is there after ${last.round}.${last.number}` });
      }
      known.add(name);
      keys.add(message.clientTempId);
      if (isLater) last = place;
    }
  }
  return problems;
}

/**
 * @param {import('./ledger.mjs').Acknowledged[]} acknowledged
 * @param {Stored[][]} histories by chat
 * @returns {Problem[]} the acknowledged messages that are not there as they were written
 */
export function missingOrChanged(acknowledged, histories) {
  const byKey = histories.map(
    (messages) => new Map(messages.map((message) => [message.clientTempId, message])),
  );
  const problems = [];
  for (const written of acknowledged) {
    const { round, chat, id, content } = written;
    const stored = byKey[chat].get(id);
    const name = nameOf(chat, written);
    if (!stored) problems.push({ round, text: `${name} (${id}) is missing` });
    else if (stored.content !== content) {
      const [there, own] = [stored.content, content].map((text) => JSON.stringify(text));
      problems.push({ round, text: `${name} is there as ${there}, not ${own}` });
    }
  }
  return problems;
}

/**
 * @param {{ id: string, clientTempId?: string, status: string }[][]} shown what the device shows, by chat
 * @param {Stored[][]} histories
 * @returns {Problem[]} where that is not what the server has
 */
export function shownDifferently(shown, histories) {
  return histories.flatMap((messages, chat) => {
    const own = shown[chat].filter(({ clientTempId }) => clientTempId !== undefined);
    const unsent = own.filter(({ status }) => status !== 'sent');
    const differs = own.findIndex(({ id }, index) => id !== messages[index]?.id);
    const problems = unsent.map(({ id, status }) => `message ${id} of chat ${chat} is shown as ${status}`);
    if (own.length !== messages.length) {
      problems.push(`chat ${chat} has ${messages.length} own messages, ${own.length} are shown`);
    } else if (differs >= 0) {
      problems.push(`chat ${chat}: own message ${differs + 1} is shown as ${JSON.stringify(own[differs])}`);
    }
    return problems.map((text) => ({ round: /** @type {const} */ ('end'), text }));
  });
}
