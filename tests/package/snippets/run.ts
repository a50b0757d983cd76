/** Runs a snippet in a page: `?script=ADDRESS`, with `&larder` where it takes an open larder for granted. */
import { httpTransport, openLarder, type Larder } from 'chatlarder';

const wanted = new URLSearchParams(location.search);

async function makeContext(): Promise<Larder> {
  const transport = httpTransport({ baseUrl: '/api/v1' });
  const options = { userId: wanted.get('script')!, transport, credentials: () => 'customer-token' };
  const larder = await openLarder(options);
  larder.addEventListener('error', ({ detail }) => reportError(detail));
  await larder.sync();
  const { requestId } = (await larder.chats({ limit: 1 }))[0]!;
  const chat = larder.chat(requestId);
  await chat.sync();
  const { messages } = await chat.messages();
  const picture = messages.find(({ fileMimeType }) => fileMimeType?.startsWith('image/'))!;
  const filename = picture.screenshotFileName ?? picture.fileName;
  Object.assign(globalThis, { larder, requestId, chat, filename });
  return larder;
}

try {
  const larder = wanted.has('larder') ? await makeContext() : null;
  await import(wanted.get('script')!);
  await larder?.chats().catch(() => []); // what the snippet asked for before has been read and shown by then
  document.body.dataset['outcome'] = 'it ran';
} catch (error) {
  document.body.dataset['outcome'] = String((error as Error).stack ?? error);
}
