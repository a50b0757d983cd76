import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Larder, LarderEvents } from 'chatlarder';
import { Composing } from '../composing';
import { Conversation } from '../conversation';
import { OwnMessages } from '../own-messages';
import { markReadAsSeen } from '../read-marker';
import { titleOf } from '../text/names';
import { chats, connection } from '../store';
import { Announcer } from './announcer';
import { ChatHeader } from './chat-header';
import { Composer } from './composer';
import { DeleteDialog } from './delete-dialog';
import { DownIcon } from './icons';
import { Lightbox } from './lightbox';
import { MessageList } from './message-list';
import { MessageMenu } from './message-menu';
import { OutboxBanner } from './outbox-banner';

/** The chat that is open. */
export function ChatPane({ larder, requestId }: { larder: Larder; requestId: string }) {
  const conversation = useConversation(larder, requestId);
  return conversation ? <OpenConversation conversation={conversation} /> : <OutboxBanner />;
}

function OpenConversation({ conversation }: { conversation: Conversation }) {
  const composing = useMemo(() => new Composing(conversation), [conversation]);
  const own = useMemo(() => new OwnMessages(conversation, composing), [conversation, composing]);
  const listed = chats.value?.find(({ requestId }) => requestId === conversation.requestId);
  const title = titleOf(conversation.chat.value ?? listed);
  return (
    <>
      <ChatHeader conversation={conversation} title={title} />
      <Messages conversation={conversation} own={own} />
      <OutboxBanner />
      <Composer composing={composing} own={own} title={title} />
      <Announcer conversation={conversation} />
      <MessageMenu own={own} composing={composing} />
      <DeleteDialog own={own} />
      <Lightbox />
    </>
  );
}

/** Opens the conversation, and closes it with the component. */
function useConversation(larder: Larder, requestId: string): Conversation | null {
  const [conversation, setConversation] = useState<Conversation | null>(null);
  useEffect(() => {
    const chat = larder.chat(requestId);
    const opened = new Conversation(chat);
    const stopMarking = markReadAsSeen(opened, chat);
    const onChange = ({ detail }: LarderEvents['change']) => {
      if (detail.requestIds.includes(requestId)) opened.refresh();
    };
    larder.addEventListener('change', onChange);
    setConversation(opened);
    return () => {
      larder.removeEventListener('change', onChange);
      stopMarking();
      opened.close();
    };
  }, [larder, requestId]);
  return conversation;
}

function Messages({ conversation, own }: { conversation: Conversation; own: OwnMessages }) {
  const [isAtBottom, setAtBottom] = useState(true);
  const entries = conversation.shown.value;
  return (
    <div class="conversation">
      {conversation.problem.value !== null && (
        <p class="notice" role="alert">
          The messages on this device can’t be read at the moment. They are read again with the next change.
        </p>
      )}
      {entries && entries.length > 0 ? (
        <MessageList
          conversation={conversation}
          own={own}
          entries={entries}
          readUpTo={conversation.readUpTo}
          isAtStart={conversation.isAtStart.value}
          hasOlder={conversation.hasOlder.value}
          hasNewer={conversation.hasNewer.value}
          jumps={conversation.jumps.value}
          onAtBottom={setAtBottom}
        />
      ) : (
        <NoMessages conversation={conversation} isRead={entries !== null} />
      )}
      {!isAtBottom && <ToLatest conversation={conversation} />}
    </div>
  );
}

function NoMessages({ conversation, isRead }: { conversation: Conversation; isRead: boolean }) {
  if (!isRead) return <div class="empty" aria-busy="true" />;
  const state = conversation.state.value;
  if (state === 'SYNCED' || state === 'STALE')
    return <p class="empty">No messages yet. Write the first one.</p>;
  if (connection.value === 'online') return <p class="empty is-loading">Loading messages…</p>;
  return (
    <p class="empty">
      This chat isn’t on this device yet. Its messages appear as soon as there is a connection.
    </p>
  );
}

/** Back to the newest message; says how many came meanwhile. */
function ToLatest({ conversation }: { conversation: Conversation }) {
  const count = conversation.newCount.value;
  const label = count === 1 ? '1 new message' : `${count.toLocaleString()} new messages`;
  return (
    <button
      type="button"
      class={`to-latest ${count ? 'has-new' : ''}`}
      onClick={() => conversation.jumpToLatest()}
      title="To the newest message"
    >
      {count > 0 && <span>{label}</span>}
      {count === 0 && <span class="visually-hidden">To the newest message</span>}
      <DownIcon />
    </button>
  );
}
