import type { ChangeSignal, Transport } from './transport.js';

/** The default transport: REST with JSON answers and server-sent events for change signals. */
export function createHttpTransport(baseUrl: string, events: boolean, token: () => string | null): Transport {
  const ask = (path: string, { headers, ...init }: { headers: Record<string, string> } & RequestInit) => {
    const bearer = token();
    const authorization = bearer ? { authorization: `Bearer ${bearer}` } : null;
    const url = `${baseUrl.replace(/\/$/, '')}${path}`;
    return fetch(url, { ...init, headers: { ...headers, ...authorization }, cache: 'no-store' });
  };
  const get = (path: string, params: object, signal: AbortSignal, accept = 'application/json') =>
    ask(path + queryOf(params), { headers: { accept }, signal });
  const post = (path: string, params: object, signal: AbortSignal) => {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    return ask(path, { method: 'POST', headers, body: JSON.stringify(params), signal });
  };
  const transport: Transport = {
    fetchChats: (params, { signal }) => get('/chats', params, signal),
    fetchMessages: ({ requestId, ...params }, { signal }) =>
      get(pathOf(requestId, 'messages'), params, signal),
    sendMessage: ({ requestId, ...params }, { signal }) =>
      post(pathOf(requestId, 'messages'), params, signal),
    markRead: ({ requestId, ...params }, { signal }) => post(pathOf(requestId, 'read'), params, signal),
    fetchMedia: ({ requestId, filename, offset, etag }, { signal }) => {
      const headers = { accept: '*/*', ...(offset ? rangeFrom(offset, etag) : null) };
      return ask(mediaPathOf(filename) + queryOf({ requestId }), { headers, signal });
    },
  };
  if (events) {
    transport.subscribe = async (onSignal, { signal }) => {
      const response = await get('/events', {}, signal, 'text/event-stream');
      if (!response.ok || !response.body) {
        throw Object.assign(new Error(`events: ${response.status}`), { status: response.status });
      }
      onSignal({});
      await readSignals(response.body, onSignal);
    };
  }
  return transport;
}

function pathOf(requestId: string, what: string): string {
  return `/chats/${encodeURIComponent(requestId)}/${what}`;
}

/** No address has a part `..`, however it is written; a server can't have such a file either. */
function mediaPathOf(filename: string): string {
  if (/^\.{1,2}$/.test(filename)) throw Object.assign(new Error('no such file name'), { status: 404 });
  return `/media/${encodeURIComponent(filename)}/download`;
}

/** The rest of a file, if it is still the same one; a weak tag doesn't say so. */
function rangeFrom(offset: number, etag = ''): Record<string, string> {
  const range = { range: `bytes=${offset}-` };
  return etag.startsWith('"') ? { ...range, 'if-range': etag } : range;
}

function queryOf(params: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) query.set(name, String(value));
  return query.size ? `?${query}` : '';
}

/** Reads `data:` lines of `change` events (WHATWG HTML, server-sent events) until the stream ends. */
async function readSignals(
  body: ReadableStream<Uint8Array>,
  onSignal: (signal: ChangeSignal) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let pending = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (pending + value).split(/\r\n|\n|\r/);
    pending = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) signalOf(line.slice(5), onSignal);
  }
}

/** A line that is no signal is passed over: signals are hints, the next list call brings what they meant. */
function signalOf(data: string, onSignal: (signal: ChangeSignal) => void): void {
  try {
    const { requestId, revision } = JSON.parse(data) as ChangeSignal;
    if (requestId) onSignal({ requestId, ...(revision === undefined ? {} : { revision: String(revision) }) });
  } catch {
    // Not JSON: not ours.
  }
}
