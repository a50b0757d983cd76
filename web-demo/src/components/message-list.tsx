import { Component, createRef } from 'preact';
import type { Conversation } from '../conversation';
import type { OwnMessages } from '../own-messages';
import type { Entry } from '../timeline';
import { rowsOf } from '../layout';
import type { Row } from '../layout';
import { dayName } from '../text/time';
import { GapRow } from './gap-row';
import { MessageRow } from './message-row';
import { Time } from './time';

export interface MessageListProps {
  conversation: Conversation;
  own: OwnMessages;
  entries: readonly Entry[];
  readUpTo: number;
  isAtStart: boolean;
  hasOlder: boolean;
  hasNewer: boolean;
  jumps: number;
  onAtBottom: (isAtBottom: boolean) => void;
}

/** Where an element stood, relative to the top of the list's view. */
interface Mark {
  element: HTMLElement;
  top: number;
}

interface Snapshot {
  isAtBottom: boolean;
  marks: Mark[];
}

/** The newest message counts as in view up to this distance. */
const bottomMarginPx = 48;
/** So close to an end of what is in the document, more is brought in. */
const endMarginPx = 1200;
/** So many messages from the first one in view on may serve as the anchor; one of them stays. */
const markCount = 40;

/**
 * The scrolling list. Whatever is put in or taken out, the reader's place stays: the first message in view
 * that is still there afterwards is put where it stood, or, at the newest message, the end is followed.
 */
export class MessageList extends Component<MessageListProps, object> {
  #scroller = createRef<HTMLDivElement>();
  #list = createRef<HTMLOListElement>();
  #sizes = new ResizeObserver(() => this.#onResize());
  #isAtBottom = true;
  #frame = 0;

  override componentDidMount(): void {
    this.#scrollToBottom();
    this.#sizes.observe(this.#scroller.current!);
    this.#sizes.observe(this.#list.current!);
    document.addEventListener('visibilitychange', this.#look);
    this.#look();
  }

  override componentWillUnmount(): void {
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#frame);
    document.removeEventListener('visibilitychange', this.#look);
  }

  override getSnapshotBeforeUpdate(previous: MessageListProps): Snapshot {
    return { isAtBottom: this.#isAtBottom && !previous.hasNewer, marks: this.#marks() };
  }

  override componentDidUpdate(previous: MessageListProps, _state: object, snapshot: Snapshot): void {
    if (snapshot.isAtBottom || this.props.jumps !== previous.jumps) this.#scrollToBottom();
    else this.#restore(snapshot.marks);
    this.#look();
  }

  #scrollToBottom(): void {
    const scroller = this.#scroller.current!;
    scroller.scrollTop = scroller.scrollHeight;
  }

  #onResize(): void {
    if (this.#isAtBottom && !this.props.hasNewer) this.#scrollToBottom();
    this.#look();
  }

  #restore(marks: Mark[]): void {
    const kept = marks.find(({ element }) => element.isConnected);
    if (!kept) return;
    const moved = this.#topOf(kept.element) - kept.top;
    if (moved) this.#scroller.current!.scrollTop += moved;
  }

  #topOf(element: HTMLElement): number {
    return element.getBoundingClientRect().top - this.#scroller.current!.getBoundingClientRect().top;
  }

  /** The messages from the first one in view on. */
  #fromFirstInView(): HTMLElement[] {
    const messages = [...this.#list.current!.querySelectorAll<HTMLElement>('.message')];
    const { scrollTop } = this.#scroller.current!;
    let low = 0;
    for (let high = messages.length; low < high;) {
      const middle = (low + high) >> 1;
      const { offsetTop, offsetHeight } = messages[middle]!;
      if (offsetTop + offsetHeight > scrollTop) high = middle;
      else low = middle + 1;
    }
    return messages.slice(low);
  }

  #marks(): Mark[] {
    const inView = this.#fromFirstInView().slice(0, markCount);
    return inView.map((element) => ({ element, top: this.#topOf(element) }));
  }

  #lookSoon = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(this.#look);
  };

  /** Sees where the reader is: brings in more near an end, and tells what has been on screen. */
  #look = (): void => {
    const { conversation, hasOlder, hasNewer, onAtBottom } = this.props;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller.current!;
    if (clientHeight === 0) return;
    const below = scrollHeight - scrollTop - clientHeight;
    this.#isAtBottom = below < bottomMarginPx;
    conversation.isAtBottom = this.#isAtBottom && !hasNewer;
    this.#tellSeen();
    onAtBottom(conversation.isAtBottom);
    if (hasOlder && scrollTop < endMarginPx) void conversation.showOlder();
    if (hasNewer && below < endMarginPx) conversation.showNewer();
  };

  #tellSeen(): void {
    const { conversation } = this.props;
    const end = this.#scroller.current!.scrollTop + this.#scroller.current!.clientHeight;
    const fromFirst = this.#fromFirstInView();
    const inView = fromFirst.filter(({ offsetTop }) => offsetTop < end);
    conversation.readerAt = sequenceOf(inView[0]) ?? Infinity;
    const newest = sequenceOf(inView.findLast(isSent)) ?? 0;
    if (document.visibilityState === 'visible' && newest > conversation.seen.value) {
      conversation.seen.value = newest;
    }
  }

  render({ conversation, own, entries, readUpTo, isAtStart, hasOlder }: MessageListProps) {
    return (
      <div
        class="scroller"
        ref={this.#scroller}
        onScroll={this.#lookSoon}
        tabIndex={0}
        role="region"
        aria-label="Messages"
      >
        <ol class="messages" ref={this.#list} role="list">
          {isAtStart && <li class="start">This is the beginning of the conversation.</li>}
          {hasOlder && <li class="older" aria-hidden="true" />}
          {rowsOf(entries, readUpTo).map((row) => renderRow(row, conversation, own))}
        </ol>
      </div>
    );
  }
}

/** Only the server's numbers are places up to which a chat can be read. */
function isSent({ dataset }: HTMLElement): boolean {
  return dataset.status === 'sent';
}

function sequenceOf(element: HTMLElement | undefined): number | null {
  return element ? Number(element.dataset.sequence) : null;
}

function renderRow(row: Row, conversation: Conversation, own: OwnMessages) {
  switch (row.kind) {
    case 'day':
      return (
        <li class="day" key={row.key}>
          <Time iso={row.iso} format={dayName} />
        </li>
      );
    case 'unread':
      return (
        <li class="unread-line" key={row.key}>
          New
        </li>
      );
    case 'gap':
      return <GapRow key={row.key} gap={row.gap} conversation={conversation} />;
    case 'message':
      return (
        <MessageRow key={row.key} message={row.message} own={own} isFirst={row.isFirst} isLast={row.isLast} />
      );
  }
}
