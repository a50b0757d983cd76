/** How a contender keeps files: rows of what is known of them, and their bytes. */
import { sha256Of, type ServedFile } from './files.js';

export interface FileStore {
  /** Stores a file that came: compared with the server's hash, row and bytes. */
  put(file: ServedFile): Promise<void>;
  get(filename: string): Promise<ArrayBuffer>;
  /** What the rows say of the files. */
  rows(): Promise<{ sha256Hash: string | null }[]>;
  close(): void | Promise<void>;
  destroy(): Promise<void>;
}

/** The module of a contender: its script in pages/ is `files-NAME.ts`. */
export interface FileStoreModule {
  open: (user: string) => Promise<FileStore>;
}

export async function openFileStore(script: string, user: string): Promise<FileStore> {
  const { open } = (await import(script)) as FileStoreModule;
  return open(user);
}

/** Throws when these are not the bytes that the server meant. */
export async function verify({ bytes, sha256, filename }: ServedFile): Promise<void> {
  if ((await sha256Of(bytes)) !== sha256) throw new Error(`${filename} is damaged`);
}

export const newBlobKey = () => `b-${crypto.randomUUID().replaceAll('-', '')}`;
