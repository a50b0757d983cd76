/** Runs a snippet in a page: `?script=ADDRESS`, with `&larder` where it takes an open larder for granted. */
import { httpTransport, openLarder, type LarderError } from 'chatlarder';

const wanted = new URLSearchParams(location.search);

async function makeContext(): Promise<void> {
  const transport = httpTransport({ baseUrl: '/api/v1' });
  const options = { userId: wanted.get('script')!, transport, credentials: () => 'customer-token' };
  const larder = await openLarder(options);
  larder.addEventListener('error', (event) => reportError((event as CustomEvent<LarderError>).detail));
  await larder.sync();
  const { requestId } = (await larder.chats({ limit: 1 }))[0]!;
  const chat = larder.chat(requestId);
  await chat.sync();
  const { messages } = await chat.messages();
  const picture = messages.find(({ fileMimeType }) => fileMimeType?.startsWith('image/'))!;
  const filename = picture.screenshotFileName ?? picture.fileName;
  Object.assign(globalThis, { larder, requestId, chat, filename });
}

try {
  if (wanted.has('larder')) await makeContext();
  await import(wanted.get('script')!);
  document.body.dataset['outcome'] = 'it ran';
} catch (error) {
  document.body.dataset['outcome'] = String((error as Error).stack ?? error);
}
