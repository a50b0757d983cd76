/** What of files is stored, and how the larder tells of them. */
import { expect } from 'chai';
import type { CachedMediaMeta, Larder, MediaDetail } from 'chatlarder';
import { rowsOf } from './database.js';
import { uuid } from './fake-server.js';
import { until } from './larder.js';

export const chatId = uuid(1, 0);
export const otherChatId = uuid(1, 1);

export async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

/** The entries, by id. */
export async function mediaRows(larder: Larder): Promise<Map<string, CachedMediaMeta>> {
  const rows = (await rowsOf(larder.databaseName, 'media_meta')) as object[] as CachedMediaMeta[];
  return new Map(rows.map((row) => [row.filename, row]));
}

/** The names of files whose bytes are here, sorted. */
export async function storedNames(larder: Larder): Promise<string[]> {
  const rows = [...(await mediaRows(larder)).values()];
  return rows
    .filter(({ localBlobKey }) => localBlobKey)
    .map(({ filename }) => filename)
    .sort();
}

export async function blobKeys(larder: Larder): Promise<string[]> {
  return (await rowsOf(larder.databaseName, 'media_blobs')).map(({ key }) => String(key));
}

/** Everything of the database in the origin private file system: paths below `media`; null: there is none. */
export async function filesOf(databaseName: string): Promise<string[] | null> {
  const root = await navigator.storage?.getDirectory?.().catch(() => null);
  const own = await root?.getDirectoryHandle(databaseName).catch(() => null);
  const media = await own?.getDirectoryHandle('media').catch(() => null);
  if (!media) return own ? [] : null;
  const paths: string[] = [];
  for await (const chat of valuesOf(media))
    for await (const file of valuesOf(chat as FileSystemDirectoryHandle))
      paths.push(`${chat.name}/${file.name}`);
  return paths;
}

function valuesOf(folder: FileSystemDirectoryHandle): AsyncIterable<FileSystemHandle> {
  return (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values();
}

const writeScript = `
  const write = async () => {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle('probe', { create: true });
    const access = await file.createSyncAccessHandle();
    access.write(new Uint8Array(1), { at: 0 });
    access.close();
    await root.removeEntry('probe');
  };
  write().then(() => postMessage(true), () => postMessage(false));`;

/** What a worker with this script posts. */
export function answerOfWorker(script: string): Promise<boolean> {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(url);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<boolean>) => {
      worker.terminate();
      URL.revokeObjectURL(url);
      resolve(data);
    };
  });
}

/** Whether a worker of this engine can write files: WebKitGTK has the calls, but its backend refuses them. */
export const hasFiles = () => answerOfWorker(writeScript);

/** What `media` events have said. */
export function listen(larder: Larder): MediaDetail[] {
  const heard: MediaDetail[] = [];
  larder.addEventListener('media', ({ detail }) => heard.push(detail));
  return heard;
}

/** Waits until an entry has come as far as this. */
export function untilMedia(larder: Larder, filename: string, status: string): Promise<CachedMediaMeta> {
  return until(async () => {
    const row = (await mediaRows(larder)).get(filename);
    return row?.downloadStatus === status ? row : null;
  });
}

/** Nothing is wrong with what is stored. */
export async function expectSound(larder: Larder): Promise<void> {
  expect((await larder.verify()).problems).to.deep.equal([]);
}
