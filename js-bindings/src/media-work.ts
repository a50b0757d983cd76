import { fileRoot, folderName } from './blobs/folder.js';
import type { BlobAddress } from './blobs/place.js';
import type { PlanCall } from './core.js';
import type { CallControl, DownloadParams, Downloads } from './downloads.js';
import { Held } from './held.js';
import { failureOf, orAborted } from './outcome.js';
import type { CallOutcome, Transport } from './transport.js';

/** Becomes the comments that say so: see `build.mjs`. */
declare const BUNDLERS_LEAVE_IT: string;

/** What media need around them. */
export interface MediaWorkOptions {
  databaseName: string;
  openDatabase: () => Promise<IDBDatabase>;
  /** How much of a file has come. */
  onProgress(requestId: string, filename: string, percent: number): void;
}

/** What is loaded when it is first needed. */
export interface MediaTools {
  downloads: Downloads;
  listFiles(): Promise<BlobAddress[]>;
  deleteFiles(params: object): Promise<CallOutcome>;
  makeThumbnail(params: object): Promise<CallOutcome>;
}

/** The worker's side of media: their calls, and the bytes that the core decides on. */
export class MediaWork {
  readonly held = new Held();
  readonly #options: MediaWorkOptions;
  #tools: Promise<MediaTools> | null = null;
  /** Settles when no file is being written, and the database is not read for one. */
  #atRest: Promise<unknown> = Promise.resolve();

  constructor(options: MediaWorkOptions) {
    this.#options = options;
  }

  /** All files whose rows have been written, or should have been; null where there are no files. */
  async files(): Promise<BlobAddress[] | null> {
    if (!(await areFilesThere())) return null;
    const { databaseName } = this.#options;
    const name = await folderName(databaseName);
    const isThere = await fileRoot()
      .then((root) => root?.getDirectoryHandle(name))
      .catch(() => null);
    if (!isThere) return [];
    const waiting = this.held.files();
    const all = await this.#load()
      .then((tools) => tools.listFiles())
      .catch(() => null);
    return all?.filter(({ key }) => !waiting.has(key)) ?? null;
  }

  /** Never throws, and ends soon when it is aborted. */
  async run(call: PlanCall, transport: Promise<Transport>, control: CallControl): Promise<CallOutcome> {
    try {
      if (call.method === 'estimateStorage') return await orAborted(control.signal, estimate());
      const tools = await orAborted(control.signal, this.#load());
      if (call.method === 'makeThumbnail')
        return await orAborted(control.signal, this.#tracked(tools.makeThumbnail(call.params)));
      const work =
        call.method === 'deleteFiles'
          ? tools.deleteFiles(call.params)
          : tools.downloads.fetch(call, transport, control);
      return await this.#tracked(work);
    } catch (error) {
      return failureOf(error, control.signal);
    }
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    this.#atRest = Promise.allSettled([this.#atRest, work]);
    return work;
  }

  /** Forgets what was kept of downloads that nobody will go on with: of one file, or of all. */
  forget(file?: object): void {
    void this.#tools?.then(({ downloads }) => downloads.forget(file as DownloadParams)).catch(() => {});
  }

  /** Resolves when what was aborted has ended. */
  async close(): Promise<void> {
    await this.#atRest;
    this.held.clear();
  }

  /** By an address of its own: bundlers that make a worker one file leave that as it is. */
  #load(): Promise<MediaTools> {
    this.#tools ??= this.#import().catch((error: unknown) => {
      this.#tools = null;
      throw error;
    });
    return this.#tools;
  }

  async #import(): Promise<MediaTools> {
    const { href } = new URL('./media-tools.js', import.meta.url);
    const module = (await import(BUNDLERS_LEAVE_IT + href)) as {
      createTools(options: MediaWorkOptions, held: Held): MediaTools;
    };
    return module.createTools(this.#options, this.held);
  }
}

/** Whether files can be written here. */
async function areFilesThere(): Promise<boolean> {
  const handle = (globalThis as { FileSystemFileHandle?: { prototype: object } }).FileSystemFileHandle;
  const ways = ['createSyncAccessHandle', 'createWritable'];
  return !!handle && ways.some((way) => way in handle.prototype) && (await fileRoot()) !== null;
}

/** What the browser says of its storage: a hint, and in some browsers nothing. */
async function estimate(): Promise<CallOutcome> {
  const { storage } = navigator;
  if (!storage?.estimate) return { status: 405, reason: 'the browser does not say' };
  const [{ usage, quota }, persisted] = await Promise.all([
    storage.estimate(),
    storage.persisted?.() ?? false,
  ]);
  return { status: 200, facts: { usage, quota, persisted } };
}
