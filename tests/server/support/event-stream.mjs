/**
 * Reads a server's event stream.
 *
 * @typedef {{ event?: string, data?: any, comment?: string }} StreamPart
 */

const WAIT_MS_MAX = 60_000;

/** @param {string} url @param {string} token */
export async function openEvents(url, token) {
  const closing = new AbortController();
  const response = await fetch(`${url}api/v1/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.any([closing.signal, AbortSignal.timeout(WAIT_MS_MAX)]),
  });
  const parts = partsOf(response);
  return {
    response,
    /** The next part that isn't a comment, or null at the end. */
    async next() {
      for (;;) {
        const part = await parts.next();
        if (part.done) return null;
        if (!part.value.comment) return part.value;
      }
    },
    /** The next part, comments too. */
    nextPart: async () => (await parts.next()).value,
    close: () => closing.abort(),
  };
}

/** @param {Response} response @returns {AsyncGenerator<StreamPart>} */
async function* partsOf(response) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of /** @type {any} */ (response.body)) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield partOf(block);
  }
}

/** @param {string} block @returns {StreamPart} */
function partOf(block) {
  if (block.startsWith(':')) return { comment: block.slice(1).trim() };
  const lines = block.split('\n').map((line) => line.split(/: (.*)/s, 2));
  const { event, data } = Object.fromEntries(lines);
  return { event, data: JSON.parse(data) };
}
