import { storesBlobs } from './blobs/indexeddb.js';
import { filePlace } from './blobs/opfs.js';
import { placeOf, type BlobAddress } from './blobs/place.js';
import { Downloads } from './downloads.js';
import type { Held } from './held.js';
import type { MediaTools, MediaWorkOptions } from './media-work.js';
import { thumbnailOf } from './thumbnail.js';
import type { CallOutcome } from './transport.js';

/** What of the worker's media is loaded when it is first needed: a file of its own. */
export function createTools(options: MediaWorkOptions, held: Held): MediaTools {
  const { databaseName, openDatabase } = options;
  const files = filePlace(databaseName);
  const inDatabase = async <T>(work: (db: IDBDatabase) => Promise<T>): Promise<T> => {
    const db = await openDatabase();
    try {
      return await work(db);
    } finally {
      db.close();
    }
  };
  let probed: Promise<boolean> | null = null;
  // What can't be found out now, for some trouble of the storage's, is found out the next time.
  const areBlobsStored = () => {
    const known = (probed ??= inDatabase(storesBlobs));
    return known.catch(() => {
      if (probed === known) probed = null;
      return false;
    });
  };
  const downloads = new Downloads({
    held,
    storesBlobs: areBlobsStored,
    writeFile: (requestId, key, parts) => files.write({ requestId, key }, parts),
    onProgress: (requestId, filename, percent) => options.onProgress(requestId, filename, percent),
  });
  return {
    downloads,
    listFiles: () => files.list(),
    deleteFiles: (params) => deleteAll(files, (params as { files: BlobAddress[] }).files),
    makeThumbnail: async (params) => {
      const { side, mimeType, ...address } = params as BlobAddress & { side: number; mimeType: string };
      const blob = await inDatabase((db) => placeOf(db, address.key).read(address, mimeType));
      const picture = blob && (await thumbnailOf(blob, side));
      if (!picture) return { status: 404, reason: 'there is no picture' };
      const data = (await areBlobsStored()) ? picture : await picture.arrayBuffer();
      const { size, type } = picture;
      return { status: 200, facts: { held: held.add({ blob: picture, data }), size, mimeType: type } };
    },
  };
}

/** A file that can't be deleted now is found again at the next start. */
async function deleteAll(files: ReturnType<typeof filePlace>, gone: BlobAddress[]): Promise<CallOutcome> {
  for (const address of gone) await files.remove(address).catch(() => {});
  return { status: 200 };
}
