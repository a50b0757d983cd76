import type { Conversation } from '../conversation';
import { outboxNews } from '../outbox-news';
import { nameOf } from './message-row';

/** Says to a screen reader what becomes of what the user wrote. */
export function OutboxAnnouncer() {
  return (
    <div class="visually-hidden" role="status">
      {outboxNews.value}
    </div>
  );
}

/** Says to a screen reader what came into the open chat. */
export function Announcer({ conversation }: { conversation: Conversation }) {
  const arrived = conversation.arrived.value;
  const newest = arrived.at(-1);
  return (
    <div class="visually-hidden" aria-live="polite" aria-atomic="true">
      {arrived.length === 1 && newest && `${nameOf(newest)}: ${newest.content}`}
      {arrived.length > 1 && newest && `${arrived.length} new messages, the last from ${nameOf(newest)}`}
    </div>
  );
}
