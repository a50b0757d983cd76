/** Chatlarder gets files that it doesn't have: until all of them are here and stored. */
import { filenameOf } from './support/files.js';
import { openFilesLarder } from './support/larder.js';
import { chatId } from './support/messages.js';
import type { FilesTask } from './support/results.js';

export async function run({ user, files, bytes }: FilesTask): Promise<{ ms: number }> {
  const { larder, server } = await openFilesLarder(user);
  await server('prepareFiles', files, bytes);
  const names = Array.from({ length: files }, (_, file) => filenameOf(file));
  const start = performance.now();
  await Promise.all(names.map((name) => larder.media.get(chatId(0), name)));
  const ms = performance.now() - start;
  const { mediaCount } = await larder.stats();
  if (mediaCount !== files) throw new Error(`${mediaCount} of ${files} files were stored`);
  await larder.close();
  return { ms };
}
