import { useEffect, useRef } from 'preact/hooks';
import { closePane } from '../../route';
import { keepReadingStats, stats, statsProblem } from '../../storage';
import { hasKeyboard, isSinglePane } from '../../viewport';
import { ConnectionBadge } from '../connection-badge';
import { BackIcon } from '../icons';
import { HitRate } from './hit-rate';
import { KeptData } from './kept-data';
import { Limit } from './limit-choice';
import { LogOut } from './log-out';
import { StorageCheck } from './storage-check';
import { StoredChats } from './stored-chats';
import { Usage } from './usage';

/** What this device keeps, how much of it, and what can be done about it. */
export function SettingsPage() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(keepReadingStats, []);
  useEffect(() => {
    if (!hasKeyboard) heading.current!.focus();
  }, []);
  const stored = stats.value;
  return (
    <div class="settings" data-testid="settings">
      <header class="chat-header">
        <button type="button" class="back is-always" onClick={closePane} aria-label="Back to the chats">
          <BackIcon />
        </button>
        <div class="chat-header-text">
          <h2 class="chat-title" ref={heading} tabIndex={-1}>
            Storage on this device
          </h2>
        </div>
        {isSinglePane.value && <ConnectionBadge />}
      </header>
      <div class="settings-scroller" tabIndex={0} role="region" aria-label="Settings">
        <div class="settings-page">
          {statsProblem.value !== null && (
            <p class="notice" role="alert">
              What is stored can’t be read at the moment. It is read again with the next change.
            </p>
          )}
          {stored ? (
            <>
              <Usage stored={stored} />
              <Limit />
              <StoredChats stored={stored} />
              <HitRate stored={stored} />
              <KeptData />
              <StorageCheck />
              <LogOut />
            </>
          ) : (
            <div class="empty" aria-busy="true" />
          )}
        </div>
      </div>
    </div>
  );
}
