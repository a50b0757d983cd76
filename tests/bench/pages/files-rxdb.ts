/**
 * Files by RxDB: attachments of a document, given with it (https://rxdb.info/rx-attachment.html). It hashes
 * them with SHA-256 itself; that is what is compared with the server's.
 */
import { addRxPlugin, createRxDatabase, type RxCollection, type RxJsonSchema } from 'rxdb/plugins/core';
import { RxDBAttachmentsPlugin } from 'rxdb/plugins/attachments';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import type { FileStore } from './support/file-store.js';

addRxPlugin(RxDBAttachmentsPlugin);

interface FileDocument {
  id: string;
  fileSize: number;
  mimeType: string;
  lastAccessedAt: number;
}

const schema: RxJsonSchema<FileDocument> = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 100 },
    fileSize: { type: 'number' },
    mimeType: { type: 'string' },
    lastAccessedAt: { type: 'number', minimum: 0, maximum: 2 ** 53 - 1, multipleOf: 1 },
  },
  required: ['id', 'lastAccessedAt'],
  indexes: ['lastAccessedAt'],
  attachments: {},
};

export async function open(user: string): Promise<FileStore> {
  const db = await createRxDatabase<{ files: RxCollection<FileDocument> }>({
    name: user,
    storage: getRxStorageDexie({ chromeTransactionDurability: 'relaxed' }),
    multiInstance: false,
    eventReduce: true,
  });
  await db.addCollections({ files: { schema } });
  const { files } = db;
  return {
    put: async ({ filename: id, bytes, mimeType, sha256 }) => {
      const data = new Blob([bytes], { type: mimeType });
      const _attachments = [{ id: 'file', type: mimeType, data }];
      const document = { id, fileSize: data.size, mimeType, lastAccessedAt: Date.now(), _attachments };
      const stored = await files.insert(document);
      if (stored.getAttachment('file')?.digest !== sha256) throw new Error(`${id} is damaged`);
    },
    get: async (filename) => {
      const document = await files.findOne(filename).exec();
      return (await document!.getAttachment('file')!.getData()).arrayBuffer();
    },
    rows: async () => {
      const all = await files.find().exec();
      return all.map((document) => ({ sha256Hash: document.getAttachment('file')!.digest }));
    },
    close: async () => void (await db.close()),
    destroy: async () => void (await db.remove()),
  };
}
