/**
 * Files by PouchDB: attachments of a document, put with it, as Blobs rather than as base64
 * (https://pouchdb.com/guides/attachments.html). It makes an MD5 sum of them besides.
 */
import PouchDB from 'pouchdb-browser';
import { verify, type FileStore } from './support/file-store.js';
import { metaOf } from './support/files.js';
import { chatId } from './support/messages.js';

export async function open(user: string): Promise<FileStore> {
  const db = new PouchDB<{ sha256Hash: string | null }>(user);
  await db.info();
  return {
    put: async (file) => {
      await verify(file);
      const { id: _, ...row } = metaOf(chatId(0), file, 'file');
      const data = new Blob([file.bytes], { type: file.mimeType });
      const _attachments = { file: { content_type: file.mimeType, data } };
      await db.put({ _id: file.filename, ...row, _attachments });
    },
    get: async (filename) => ((await db.getAttachment(filename, 'file')) as Blob).arrayBuffer(),
    rows: async () => {
      const { rows } = await db.allDocs({ include_docs: true });
      return rows.map((row) => ({ sha256Hash: (row as { doc?: { sha256Hash: string } }).doc!.sha256Hash }));
    },
    close: () => db.close(),
    destroy: () => db.destroy(),
  };
}
