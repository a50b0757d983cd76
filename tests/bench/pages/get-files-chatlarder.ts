/** Chatlarder gets files that it has, one after the other. */
import { checkFiles, filenameOf } from './support/files.js';
import { openFilesLarder } from './support/larder.js';
import { chatId } from './support/messages.js';
import { randomFrom, shuffled } from './support/random.js';
import type { FilesTask } from './support/results.js';

export async function run({ user, files }: FilesTask): Promise<{ ms: number }> {
  const { larder } = await openFilesLarder(user);
  const names = shuffled(randomFrom(files), [...Array(files).keys()]).map(filenameOf);
  const read: ArrayBuffer[] = [];
  const start = performance.now();
  for (const name of names) read.push(await (await larder.media.get(chatId(0), name)).arrayBuffer());
  const ms = performance.now() - start;
  await checkFiles(read, await larder.media.list(chatId(0)));
  await larder.destroy();
  return { ms };
}
