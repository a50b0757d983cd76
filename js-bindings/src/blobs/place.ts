import { databasePlace } from './indexeddb.js';
import { filePlace } from './opfs.js';

/**
 * Where the bytes of an entry lie. Keys are made by the core, never of a server's names: `b-…` lies in the
 * database, `f-…` in a file of the origin private file system.
 */
export interface BlobAddress {
  requestId: string;
  key: string;
}

/** A place where bytes lie. */
export interface BlobPlace {
  /** What lies there, with this type; null when nothing does, or when it can't be read. */
  read(address: BlobAddress, mimeType: string): Promise<Blob | null>;
}

/** The place that a key names. */
export function placeOf(db: IDBDatabase, key: string): BlobPlace {
  return key.startsWith('f-') ? filePlace(db.name) : databasePlace(db);
}
