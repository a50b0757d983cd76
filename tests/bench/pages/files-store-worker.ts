/** The worker of a contender of the field with files, `?store=SCRIPT`: bytes are here, as from a server. */
import { openFileStore, type FileStore } from './support/file-store.js';
import { makeFiles, type ServedFile } from './support/files.js';
import { serveCalls } from './support/rpc.js';

const script = new URL(import.meta.url).searchParams.get('store')!;

let contender: FileStore;
let files: ServedFile[];

serveCalls({
  open: async (user: string, count: number, bytes: number) => {
    contender = await openFileStore(script, user);
    files = await makeFiles(count, bytes);
  },
  putEach: async () => {
    for (const file of files) await contender.put(file);
  },
  get: (filename: string) => contender.get(filename),
  rows: async () => (await contender.rows()).map(({ sha256Hash }) => ({ sha256Hash })),
  close: () => contender.close(),
  destroy: () => contender.destroy(),
});
