import type { ChatSummary } from 'chatlarder';
import { unsentByChat } from '../outbox';
import type { UnsentOfChat } from '../outbox';
import { chatHref } from '../route';
import { titleOf } from '../text/names';
import { shortTime } from '../text/time';
import { user } from '../user';
import { Avatar } from './avatar';
import { AlertIcon, ClockIcon } from './icons';
import { Time } from './time';

interface Props {
  chat: ChatSummary;
  isOpen: boolean;
  /** Whether Tab leads here; the arrow keys lead to the others. */
  isTabStop: boolean;
}

export function ChatItem({ chat, isOpen, isTabStop }: Props) {
  const { requestId, lastActivityAt, unreadCount, unsentCount } = chat;
  const unsent = unsentByChat.value.get(requestId);
  const title = titleOf(chat);
  return (
    <li class="chat-row">
      <a
        class={`chat-item ${unreadCount > 0 ? 'has-unread' : ''}`}
        href={chatHref(requestId)}
        tabIndex={isTabStop ? 0 : -1}
        aria-current={isOpen ? 'page' : undefined}
        data-testid="chat-item"
        data-id={requestId}
      >
        <Avatar id={requestId} name={title} size="large" />
        <span class="chat-item-top">
          <span class="chat-item-title">{title}</span>
          <span class="chat-item-time">
            {lastActivityAt && <Time iso={lastActivityAt} format={shortTime} />}
          </span>
        </span>
        <span class="chat-item-bottom">
          <span class="chat-item-preview">
            <Preview chat={chat} unsent={unsent} />
          </span>
          {unsentCount > 0 && (
            <span class={`unsent ${unsent?.hasFailed ? 'has-failed' : ''}`} data-testid="unsent">
              {unsent?.hasFailed ? <AlertIcon /> : <ClockIcon />}
              <span class="visually-hidden">
                {unsentCount} {unsent?.hasFailed ? 'not sent' : 'waiting to be sent'}
              </span>
            </span>
          )}
          {unreadCount > 0 && (
            <span class="unread">
              <span data-testid="unread">{unreadCount}</span>
              <span class="visually-hidden"> unread</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

/** The newest message: one's own that waits, or the last that the server has. */
function Preview({ chat: { lastMessage }, unsent }: { chat: ChatSummary; unsent: UnsentOfChat | undefined }) {
  if (!unsent && !lastMessage) return null;
  const isOwn = unsent || lastMessage?.senderId === user.id;
  return (
    <>
      <span class="chat-item-sender">{isOwn ? 'You' : (lastMessage?.senderName ?? 'Someone')}: </span>
      {unsent?.content ?? lastMessage?.content}
    </>
  );
}
