import { useEffect, useLayoutEffect } from 'preact/hooks';
import { onEscape } from '../escape';
import { isSinglePane } from '../viewport';
import { areSettingsOpen, closePane, isPaneOpen, openChat, settingsHref } from '../route';
import { isLoggedOut } from '../logged-out';
import { chats, larder, openProblem } from '../store';
import { titleOf } from '../text/names';
import { otherUser, user } from '../user';
import { OutboxAnnouncer } from './announcer';
import { ChatList } from './chat-list';
import { ChatPane } from './chat-pane';
import { ConnectionBadge } from './connection-badge';
import { ChatIcon, SettingsIcon } from './icons';
import { LoggedOut } from './logged-out';
import { OpenProblem } from './open-problem';
import { OutboxBanner } from './outbox-banner';
import { SettingsPage } from './settings/settings-page';
import { UpdatePrompt } from './update-prompt';

/** The page: the list, and the chat or the settings that are open, side by side where there is room. */
export function App() {
  const open = openChat.value;
  useTitle();
  const isOpen = isPaneOpen.value;
  const isChatOpen = open !== null && larder.value !== null;
  useLayoutEffect(() => (isOpen ? onEscape(closePane) : undefined), [isOpen]);
  if (isLoggedOut.value) return <LoggedOut />;
  if (openProblem.value) return <OpenProblem problem={openProblem.value} />;
  return (
    <div class={`app ${isOpen ? 'has-open-pane' : ''}`}>
      <div class="list-pane">
        <ListHeader isConnectionShown={!isSinglePane.value || !isOpen} />
        {!isChatOpen && <OutboxBanner />}
        <nav class="chats" aria-label="Chats">
          <ChatList />
        </nav>
      </div>
      <main class="chat-pane" aria-label={areSettingsOpen.value ? 'Settings' : 'Conversation'}>
        {isChatOpen && <ChatPane key={open} larder={larder.value!} requestId={open} />}
        {areSettingsOpen.value && larder.value && <SettingsPage />}
        {!isOpen && <NothingOpen />}
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
      <div class="list-header-end">
        {isConnectionShown && <ConnectionBadge />}
        <SettingsLink />
      </div>
    </header>
  );
}

/** The way to the settings; while they are open the page itself has the name that tests know them by. */
function SettingsLink() {
  const isOpen = areSettingsOpen.value;
  return (
    <a
      class="round-button"
      href={settingsHref}
      title="Settings"
      aria-current={isOpen ? 'page' : undefined}
      data-testid={isOpen ? undefined : 'settings'}
    >
      <SettingsIcon />
      <span class="visually-hidden">Settings</span>
    </a>
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
  const title = areSettingsOpen.value ? 'Settings' : open && titleOf(open);
  const unread = all.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  useEffect(() => {
    document.title = `${unread ? `(${unread}) ` : ''}${title ? `${title} – ` : ''}Support`;
  }, [title, unread]);
}
