/** Proves the harness: that a real database is under the specs, and that the scripted server does as told. */
import { expect } from 'chai';
import { startScriptedServer } from '../harness/scripted.js';

const databaseName = 'harness-spec';

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore('rows', { keyPath: ['chat', 'sequence'] });
  return done(request);
}

describe('harness', () => {
  describe('IndexedDB', () => {
    afterEach(() => done(indexedDB.deleteDatabase(databaseName)));

    it('keeps rows across connections and reads them by key range', async () => {
      const writer = await openDatabase();
      const transaction = writer.transaction('rows', 'readwrite');
      for (const sequence of [3, 1, 2]) transaction.objectStore('rows').put({ chat: 'a', sequence });
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      writer.close();

      const reader = await openDatabase();
      const range = IDBKeyRange.bound(['a', 2], ['a', 3]);
      const rows = await done(reader.transaction('rows').objectStore('rows').getAll(range));
      reader.close();
      expect(rows).to.deep.equal([
        { chat: 'a', sequence: 2 },
        { chat: 'a', sequence: 3 },
      ]);
    });
  });

  describe('scripted server', () => {
    it('gives its answers in order and says what it was asked', async () => {
      const server = await startScriptedServer(
        { match: '^GET /chats', body: { chats: [] } },
        { status: 429, headers: { 'retry-after': '7' }, body: '' },
      );
      const first = await fetch(`${server.baseUrl}/chats?limit=2`);
      const second = await fetch(`${server.baseUrl}/other`, { method: 'POST', body: 'text' });
      const third = await fetch(`${server.baseUrl}/chats`);
      expect(await first.json()).to.deep.equal({ chats: [] });
      expect([second.status, second.headers.get('retry-after'), third.status]).to.deep.equal([429, '7', 404]);
      const asked = (await server.requests()).map(({ method, path, body }) => ({ method, path, body }));
      expect(asked).to.deep.equal([
        { method: 'GET', path: '/chats?limit=2', body: null },
        { method: 'POST', path: '/other', body: 'text' },
        { method: 'GET', path: '/chats', body: null },
      ]);
    });

    it('holds an answer until it is released', async () => {
      const server = await startScriptedServer({ hold: true, body: 'late' });
      const answers: string[] = [];
      const held = fetch(`${server.baseUrl}/x`).then(async (response) => answers.push(await response.text()));
      while ((await server.requests()).length === 0) await Promise.resolve();
      expect(answers).to.deep.equal([]);
      await server.release();
      await held;
      expect(answers).to.deep.equal(['late']);
    });

    it('notices that the client gave up', async () => {
      const server = await startScriptedServer({ hold: true });
      const controller = new AbortController();
      const { signal } = controller;
      const given = fetch(`${server.baseUrl}/x`, { signal }).catch((error: Error) => error.name);
      while ((await server.requests()).length === 0) await Promise.resolve();
      controller.abort();
      expect(await given).to.equal('AbortError');
      while (!(await server.requests())[0]?.aborted) await Promise.resolve();
    });

    it('cuts a body short', async () => {
      const server = await startScriptedServer({ body: 'x'.repeat(1000), truncateBytes: 10 });
      const reading = fetch(`${server.baseUrl}/x`).then((response) => response.text());
      const outcome = await reading.then(
        () => 'whole',
        (error: unknown) => (error as Error).name,
      );
      expect(outcome).to.equal('TypeError');
    });
  });
});
