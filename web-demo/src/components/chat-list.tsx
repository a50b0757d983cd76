import { useEffect, useRef, useState } from 'preact/hooks';
import type { TargetedEvent, TargetedKeyboardEvent } from 'preact';
import { isPaneOpen, openChat } from '../route';
import { chats, connection, hasAskedServer, showMoreChats } from '../store';
import { ChatItem } from './chat-item';

/** So close to the end, more chats are listed. */
const endMarginPx = 600;

/** The chats on this device. Arrow keys, Home and End move in it, Enter opens. */
export function ChatList() {
  const list = useRef<HTMLUListElement>(null);
  const [lastFocused, setLastFocused] = useState<string | null>(null);
  const open = openChat.value;
  const all = chats.value;
  useFocusAfterClosing(open, list);

  if (!all) return <ChatSkeletons />;
  if (all.length === 0) return <NoChats />;
  const isListed = (id: string | null) => all.some(({ requestId }) => requestId === id);
  const tabStop = [lastFocused, open].find(isListed) ?? all[0]!.requestId;
  return (
    <ul
      class="chat-list"
      ref={list}
      role="list"
      data-testid="chat-list"
      onKeyDown={moveFocus}
      onFocusIn={(event) => setLastFocused(itemOf(event.target)?.dataset.id ?? null)}
      onScroll={listMoreAtEnd}
    >
      {all.map((chat) => (
        <ChatItem
          key={chat.requestId}
          chat={chat}
          isOpen={chat.requestId === open}
          isTabStop={chat.requestId === tabStop}
        />
      ))}
    </ul>
  );
}

/** When a chat is left, the keyboard goes on from its place in the list. */
function useFocusAfterClosing(open: string | null, list: { current: HTMLElement | null }) {
  const before = useRef(open);
  useEffect(() => {
    const left = before.current;
    before.current = open;
    if (isPaneOpen.peek() || !left) return;
    list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(left)}"]`)?.focus();
  }, [open]);
}

function itemOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-testid="chat-item"]') : null;
}

function moveFocus(event: TargetedKeyboardEvent<HTMLUListElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-testid="chat-item"]')];
  const index = items.indexOf(itemOf(event.target)!);
  const steps: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: items.length - 1,
  };
  const item = items[steps[event.key] ?? -1];
  if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  item.focus();
}

function listMoreAtEnd({ currentTarget }: TargetedEvent<HTMLUListElement>): void {
  const { scrollTop, clientHeight, scrollHeight } = currentTarget;
  if (scrollHeight - scrollTop - clientHeight < endMarginPx) showMoreChats();
}

function ChatSkeletons() {
  return (
    <div class="skeletons" aria-busy="true" aria-label="Loading chats">
      {Array.from({ length: 7 }, (_, index) => (
        <div class="skeleton" key={index} />
      ))}
    </div>
  );
}

function NoChats() {
  if (connection.value === 'online' && !hasAskedServer.value) return <ChatSkeletons />;
  return (
    <p class="empty">
      {connection.value === 'online'
        ? 'There are no chats yet.'
        : 'No chats are stored on this device yet. They appear as soon as there is a connection.'}
    </p>
  );
}
