/**
 * A small REST client of the tests.
 *
 * @typedef {{ status: number, headers: Headers, body: any, text: string }} Answer
 */

/** @param {string} url the server's, with a slash at its end */
export function clientOf(url, token = 'agent-token') {
  const authorization = `Bearer ${token}`;

  /**
   * @param {string} method
   * @param {string} path below /api/v1
   * @param {any} [body]
   * @returns {Promise<Answer>}
   */
  async function request(method, path, body) {
    const sent = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${url}api/v1${path}`, {
      method,
      headers: { authorization, ...sent },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? parsed(text) : undefined,
    };
  }

  return {
    request,
    get: (/** @type {string} */ path) => request('GET', path),
    post: (/** @type {string} */ path, /** @type {any} */ body) => request('POST', path, body),
    patch: (/** @type {string} */ path, /** @type {any} */ body) => request('PATCH', path, body),
    delete: (/** @type {string} */ path) => request('DELETE', path),
    /** Sends a message with a fresh key. */
    send: (
      /** @type {string} */ requestId,
      content = 'hello',
      /** @type {string} */ clientTempId = crypto.randomUUID(),
    ) => request('POST', `/chats/${requestId}/messages`, { content, clientTempId }),
    /** The messages' answer for a query. */
    messages: async (/** @type {string} */ requestId, query = {}) =>
      (await request('GET', `/chats/${requestId}/messages?${new URLSearchParams(query)}`)).body,
    chats: async (query = {}) => (await request('GET', `/chats?${new URLSearchParams(query)}`)).body,
  };
}

/** A response's body, as any type. @param {Response} response @returns {Promise<any>} */
export function jsonOf(response) {
  return response.json();
}

/** Undefined for a body that was cut. @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
