import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatState, ChatSummary } from 'chatlarder';
import type { Conversation } from '../conversation';
import { hasKeyboard, isSinglePane } from '../viewport';
import { closePane } from '../route';
import { connection } from '../store';
import { Avatar } from './avatar';
import { ConnectionBadge } from './connection-badge';
import { BackIcon } from './icons';

/** Catching up that takes no longer than this isn't worth a word. */
const silentMs = 300;

interface Props {
  conversation: Conversation;
  title: string;
}

/** What chat this is, how much of it is on this device, and the way back. */
export function ChatHeader({ conversation, title }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!hasKeyboard) heading.current!.focus();
  }, []);
  return (
    <header class="chat-header">
      <button type="button" class="back" onClick={closePane} aria-label="Back to the chats">
        <BackIcon />
      </button>
      <Avatar id={conversation.requestId} name={title} size="large" />
      <div class="chat-header-text">
        <h2 class="chat-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <Status conversation={conversation} />
      </div>
      {isSinglePane.value && <ConnectionBadge />}
    </header>
  );
}

/** How much is here, or that it isn't up to date. Offline, the badge says so already. */
function Status({ conversation }: { conversation: Conversation }) {
  const state = useSettled(conversation.state.value);
  const chat = conversation.chat.value;
  const isOnline = connection.value === 'online';
  const isBehind = state === 'EXPIRED' || (state === 'FAILED' && isOnline);
  const notice = isBehind ? 'Not up to date' : isOnline && isCatchingUp(state) ? 'Catching up…' : '';
  return (
    <div class="chat-status" data-testid="chat-status">
      <span role="status" class={isBehind ? 'is-behind' : undefined}>
        {notice}
      </span>
      {!notice && chat && countsOf(chat)}
      {isBehind && isOnline && (
        <button type="button" class="link-button" onClick={() => void conversation.sync()}>
          Try again
        </button>
      )}
    </div>
  );
}

function isCatchingUp(state: ChatState | null): boolean {
  return state === 'SYNCING' || state === 'RESYNCING';
}

/** The state, but catching up only once it has lasted; until then the state before. */
function useSettled(state: ChatState | null): ChatState | null {
  const [settled, setSettled] = useState<ChatState | null>(null);
  useEffect(() => {
    if (!isCatchingUp(state)) return setSettled(state);
    const timer = setTimeout(() => setSettled(state), silentMs);
    return () => clearTimeout(timer);
  }, [state]);
  return settled;
}

function countsOf({ totalMessageCount: total, messageCount: kept }: ChatSummary): string {
  const messages = total === 1 ? '1 message' : `${total.toLocaleString()} messages`;
  return kept < total ? `${messages}, ${kept.toLocaleString()} stored here` : `${messages}, all stored here`;
}
