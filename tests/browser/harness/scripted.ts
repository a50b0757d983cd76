/** For specs: a server on this page's origin that gives the answers the spec wrote (routes/scripted.mjs). */

export interface ScriptedAnswer {
  /** Regular expression for "METHOD /path?query"; without it every request matches. */
  match?: string;
  /** How often the answer may be used; 0 is any number of times. Default 1. */
  times?: number;
  status?: number;
  headers?: Record<string, string>;
  /** Anything but a string is sent as JSON. */
  body?: unknown;
  /** Instead of a body: sent one after the other, a moment apart. */
  chunks?: string[];
  /** After the last chunk the answer goes on until the client hangs up. */
  keepOpen?: boolean;
  /** Sends only so many bytes of the body and then drops the connection. */
  truncateBytes?: number;
  delayMs?: number;
  /** Answers only after `release()`. */
  hold?: boolean;
}

export interface ScriptedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  /** True if the client hung up before it was answered. */
  aborted: boolean;
}

export interface ScriptedServer {
  /** For `httpTransport({ baseUrl })`. */
  readonly baseUrl: string;
  add(...answers: ScriptedAnswer[]): Promise<void>;
  requests(): Promise<ScriptedRequest[]>;
  /** Lets the answers go that are held now. */
  release(): Promise<void>;
}

async function call(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function encode(answers: ScriptedAnswer[]): string {
  const asText = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));
  return JSON.stringify(answers.map((answer) => ({ ...answer, body: asText(answer.body) })));
}

export async function startScriptedServer(...answers: ScriptedAnswer[]): Promise<ScriptedServer> {
  const { id } = (await call('/scripts', { method: 'POST', body: encode(answers) })) as { id: string };
  return {
    baseUrl: `${location.origin}/scripted/${id}`,
    add: async (...more) =>
      void (await call(`/scripts/${id}/answers`, { method: 'POST', body: encode(more) })),
    requests: async () => (await call(`/scripts/${id}/requests`)) as ScriptedRequest[],
    release: async () => void (await call(`/scripts/${id}/release`, { method: 'POST' })),
  };
}
