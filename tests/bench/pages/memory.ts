/** A page in which a filled database is open, the chat list and a chat's newest messages read and held. */
import { chatId } from './support/messages.js';
import { preload } from './support/preload.js';
import { randomBelow, randomFrom } from './support/random.js';
import type { OpenChatsTask, OpenContender, OpenModule } from './support/results.js';

interface Measuring {
  measureUserAgentSpecificMemory?: () => Promise<unknown>;
}

let contender: OpenContender | undefined;
/** As a page holds it that shows it. */
let shown: [{ id: string }[], string[]] | undefined;

async function open(task: OpenChatsTask): Promise<void> {
  await preload([task.script, ...task.preload]);
  contender = await ((await import(task.script)) as OpenModule).open(task);
  const chat = chatId(randomBelow(randomFrom(task.seed), task.chats));
  shown = await Promise.all([contender.newest(chat, task.limit), contender.chats(task.listed)]);
  await contender.settled();
  const [messages, chats] = shown;
  if (messages.length !== task.limit || chats.length !== task.listed)
    throw new Error(`${messages.length} messages and ${chats.length} chats were read`);
}

/** Without a script nothing is opened: the page itself. Its garbage and its workers' is collected. */
export async function run(task: OpenChatsTask): Promise<void> {
  if (task.script) await open(task);
  await (performance as Measuring).measureUserAgentSpecificMemory?.();
}

/** When it was measured. */
export async function close(): Promise<void> {
  await contender?.close();
  shown = undefined;
}
