/**
 * The worker of the bare put: a message that waits and its operation go into two stores in one strict
 * transaction.
 */
import { openHandWritten, transactionDone } from './support/idb.js';
import { serveCalls } from './support/rpc.js';
import { operationOf, waitingMessage } from './support/waiting-rows.js';

let db: IDBDatabase;

serveCalls({
  open: async (databaseName: string) => {
    db = await openHandWritten(databaseName);
  },
  put: (requestId: string, content: string) => {
    const now = Date.now();
    const message = waitingMessage(requestId, content, now);
    const transaction = db.transaction(['messages', 'offline_queue'], 'readwrite', { durability: 'strict' });
    transaction.objectStore('messages').put(message);
    transaction.objectStore('offline_queue').put(operationOf(message, now));
    const done = transactionDone(transaction);
    transaction.commit();
    return done;
  },
  close: () => db.close(),
});
