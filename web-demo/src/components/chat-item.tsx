import type { ChatSummary } from 'chatlarder';
import { chatHref } from '../route';
import { titleOf } from '../text/names';
import { shortTime } from '../text/time';
import { user } from '../user';
import { Avatar } from './avatar';
import { Time } from './time';

interface Props {
  chat: ChatSummary;
  isOpen: boolean;
  /** Whether Tab leads here; the arrow keys lead to the others. */
  isTabStop: boolean;
}

export function ChatItem({ chat, isOpen, isTabStop }: Props) {
  const { requestId, lastActivityAt, lastMessage, unreadCount } = chat;
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
            {lastMessage && (
              <>
                <span class="chat-item-sender">
                  {lastMessage.senderId === user.id ? 'You' : (lastMessage.senderName ?? 'Someone')}:{' '}
                </span>
                {lastMessage.content}
              </>
            )}
          </span>
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
