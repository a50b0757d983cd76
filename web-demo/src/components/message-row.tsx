import { Component } from 'preact';
import type { CachedMessage } from 'chatlarder';
import { attachmentOf } from '../attachments';
import { hasMenu, isOwn } from '../own-messages';
import type { OwnMessages } from '../own-messages';
import { hueClass } from '../text/names';
import { fullTime, messageTime } from '../text/time';
import { Attachment } from './attachment';
import { Avatar } from './avatar';
import { Delivery } from './delivery';
import { MessageActions } from './message-actions';
import { MessageFailure } from './message-failure';
import { MessageText } from './message-text';
import { Time } from './time';

interface Props {
  message: CachedMessage;
  own: OwnMessages;
  /** Whether it is the first and the last of the messages that stand together under one name. */
  isFirst: boolean;
  isLast: boolean;
}

/**
 * One message, and what becomes of it if it is an own one. Drawn anew only when it or its place in its
 * group changed.
 */
export class MessageRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const { message, isFirst, isLast } = this.props;
    return next.message !== message || next.isFirst !== isFirst || next.isLast !== isLast;
  }

  render({ message, own, isFirst, isLast }: Props) {
    const isMine = isOwn(message);
    const carried = attachmentOf(message);
    const classes = ['message', isMine && 'is-own', isFirst && 'is-first', isLast && 'is-last'];
    return (
      <li
        class={classes.filter(Boolean).join(' ')}
        data-testid="message"
        data-status={message.status}
        data-sequence={message.sequenceNumber}
        data-id={message.id}
      >
        {isFirst && !isMine && <Avatar id={message.senderId ?? ''} name={nameOf(message)} size="small" />}
        <div class={`bubble ${carried ? 'has-media' : ''}`}>
          {isMine ? (
            <span class="visually-hidden">You: </span>
          ) : (
            <Sender message={message} isShown={isFirst} />
          )}
          {carried && <Attachment carried={carried} />}
          <p class="content">
            <MessageText content={message.content} />
          </p>
          <span class="message-meta">
            {message.updatedAt && (
              <span class="edited" title={fullTime(message.updatedAt)}>
                edited
              </span>
            )}
            <Time iso={message.createdAt} format={messageTime} />
            {isMine && <Delivery status={message.status} />}
          </span>
        </div>
        {hasMenu(message) && <MessageActions message={message} own={own} />}
        {message.status === 'failed' && <MessageFailure message={message} own={own} />}
      </li>
    );
  }
}

export function nameOf({ sender }: CachedMessage): string {
  return sender?.fullName ?? sender?.username ?? 'Someone';
}

/** Who wrote it; on later messages of a group only for a screen reader. */
function Sender({ message, isShown }: { message: CachedMessage; isShown: boolean }) {
  if (!isShown) return <span class="visually-hidden">{nameOf(message)}: </span>;
  return (
    <p class="sender">
      <span class={`sender-name ${hueClass(message.senderId ?? '')}`}>{nameOf(message)}</span>
      {message.sender?.isTechnician && <span class="role">Support</span>}
    </p>
  );
}
