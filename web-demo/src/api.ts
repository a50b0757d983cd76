import { user } from './user';

const timeoutMs = 15_000;

async function call(method: 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
  const response = await request(method, path, body);
  if (!response.ok) throw new Error(await reasonOf(response));
}

async function request(method: string, path: string, body?: object): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${user.token}` };
  if (body) headers['content-type'] = 'application/json';
  const sent = fetch(`/api/v1${path}`, {
    method,
    headers,
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(timeoutMs),
  });
  return sent.catch((cause: unknown) => {
    throw new Error('The server can’t be reached.', { cause });
  });
}

/** The server's own words if it gave any (problem details), otherwise the status. */
async function reasonOf(response: Response): Promise<string> {
  const fallback = `The server answered ${response.status}.`;
  const body: unknown = await response.json().catch(() => null);
  const { detail, title } = (body ?? {}) as { detail?: string; title?: string };
  return detail ?? title ?? fallback;
}

const messagePath = (requestId: string, id: string) =>
  `/chats/${encodeURIComponent(requestId)}/messages/${encodeURIComponent(id)}`;

/** Gives an own message that the server has another text. */
export function editMessage(requestId: string, id: string, content: string): Promise<void> {
  return call('PATCH', messagePath(requestId, id), { content });
}

/** Deletes an own message that the server has, for everyone. */
export function deleteMessage(requestId: string, id: string): Promise<void> {
  return call('DELETE', messagePath(requestId, id));
}
