/**
 * The name of the folder with a database's files: the database's own where every file system takes it as it
 * is, else the beginning of it with a hash: some have short names, or take `a` for `A`.
 */
export async function folderName(databaseName: string): Promise<string> {
  if (/^[a-z0-9._@-]{1,200}$/.test(databaseName)) return databaseName;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(databaseName));
  const hex = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `chatlarder~${hex}`;
}

/**
 * The root of the origin private file system; null where there is none, as in some browsers' private windows.
 */
export async function fileRoot(): Promise<FileSystemDirectoryHandle | null> {
  return (await navigator.storage?.getDirectory?.().catch(() => null)) ?? null;
}

/** Deletes everything of a database that lies in files; one at a time, as Chromium wants it. */
export async function removeFolder(databaseName: string): Promise<void> {
  const name = await folderName(databaseName);
  const remove = async () => {
    const root = await fileRoot();
    await root?.removeEntry(name, { recursive: true }).catch((error: unknown) => {
      if ((error as DOMException).name !== 'NotFoundError') throw error;
    });
  };
  await (navigator.locks ? navigator.locks.request(`chatlarder-files:${name}`, remove) : remove());
}
