import { useEffect, useLayoutEffect } from 'preact/hooks';
import { onEscape } from '../escape';
import { isSinglePane } from '../media';
import { closeChat, openChat } from '../route';
import { chats, larder, openProblem } from '../store';
import { titleOf } from '../text/names';
import { otherUser, user } from '../user';
import { OutboxAnnouncer } from './announcer';
import { ChatList } from './chat-list';
import { ChatPane } from './chat-pane';
import { ConnectionBadge } from './connection-badge';
import { ChatIcon } from './icons';
import { OpenProblem } from './open-problem';
import { OutboxBanner } from './outbox-banner';
import { UpdatePrompt } from './update-prompt';

/** The page: the list and the chat that is open, side by side where there is room. */
export function App() {
  const open = openChat.value;
  useTitle();
  const isPaneOpen = open !== null && larder.value !== null;
  useLayoutEffect(() => (open ? onEscape(closeChat) : undefined), [open]);
  if (openProblem.value) return <OpenProblem problem={openProblem.value} />;
  return (
    <div class={`app ${open ? 'has-open-chat' : ''}`}>
      <div class="list-pane">
        <ListHeader isConnectionShown={!isSinglePane.value || !open} />
        {!isPaneOpen && <OutboxBanner />}
        <nav class="chats" aria-label="Chats">
          <ChatList />
        </nav>
      </div>
      <main class="chat-pane" aria-label="Conversation">
        {isPaneOpen && <ChatPane key={open} larder={larder.value!} requestId={open} />}
        {!open && <NothingOpen />}
      </main>
      <OutboxAnnouncer />
      <UpdatePrompt />
    </div>
  );
}

function ListHeader({ isConnectionShown }: { isConnectionShown: boolean }) {
  return (
    <header class="list-header">
      <div>
        <h1 class="app-title">Support</h1>
        <p class="app-user">
          {user.label} ·{' '}
          <a href={`?user=${otherUser.key}`} class="switch-user">
            Switch to {otherUser.label.toLowerCase()}
          </a>
        </p>
      </div>
      {isConnectionShown && <ConnectionBadge />}
    </header>
  );
}

function NothingOpen() {
  return (
    <div class="nothing-open">
      <ChatIcon />
      <p>Choose a chat to read it here.</p>
    </div>
  );
}

/** The title says what is open and how much is unread. */
function useTitle() {
  const all = chats.value ?? [];
  const open = all.find(({ requestId }) => requestId === openChat.value);
  const title = open && titleOf(open);
  const unread = all.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  useEffect(() => {
    document.title = `${unread ? `(${unread}) ` : ''}${title ? `${title} – ` : ''}Support`;
  }, [title, unread]);
}
