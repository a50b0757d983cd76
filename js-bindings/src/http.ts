import type { ChangeSignal, FetchChatsParams, FetchMessagesParams, Transport } from './transport.js';

/** The default transport: REST with JSON answers and server-sent events for change signals. */
export function createHttpTransport(baseUrl: string, events: boolean, token: () => string | null): Transport {
  const base = baseUrl.replace(/\/$/, '');
  const get = (path: string, params: object, signal: AbortSignal, accept: string) => {
    const headers: Record<string, string> = { accept };
    const bearer = token();
    if (bearer) headers['authorization'] = `Bearer ${bearer}`;
    return fetch(`${base}${path}${queryOf(params)}`, { headers, signal, cache: 'no-store' });
  };
  const transport: Transport = {
    fetchChats: (params: FetchChatsParams, { signal }) => get('/chats', params, signal, 'application/json'),
    fetchMessages: ({ requestId, ...params }: FetchMessagesParams, { signal }) =>
      get(`/chats/${encodeURIComponent(requestId)}/messages`, params, signal, 'application/json'),
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
