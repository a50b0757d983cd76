import type { CachedMessage } from 'chatlarder';
import { AlertIcon, ClockIcon, SaveIcon } from './icons';

const marks = {
  pending: { Icon: ClockIcon, text: 'Waits to be sent' },
  sent: { Icon: SaveIcon, text: 'Sent' },
  failed: { Icon: AlertIcon, text: 'Not sent' },
} as const;

/** What became of an own message. */
export function Delivery({ status }: { status: CachedMessage['status'] }) {
  const { Icon, text } = marks[status];
  return (
    <span class={`delivery is-${status}`} role="img" aria-label={text} title={text}>
      <Icon />
    </span>
  );
}
