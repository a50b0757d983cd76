import type { TargetedKeyboardEvent } from 'preact';
import type { CachedMessage } from 'chatlarder';
import type { OwnMessages } from '../own-messages';
import { isUnsent, keyOf } from '../timeline';
import { MoreIcon } from './icons';

/** Opens the menu of an own message. Tab leads to one of these buttons, the arrow keys to the others. */
export function MessageActions({ message, own }: { message: CachedMessage; own: OwnMessages }) {
  const key = keyOf(message);
  const isOpen = own.menu.value !== null && keyOf(own.menu.value.message) === key;
  const label = isUnsent(message) ? 'Edit or discard' : 'Edit or delete';
  return (
    <button
      type="button"
      class="message-actions"
      data-testid="message-actions"
      aria-haspopup="menu"
      aria-expanded={isOpen}
      aria-label={`${label} this message`}
      title={label}
      tabIndex={own.tabStop.value === key ? 0 : -1}
      onFocus={() => (own.focused.value = key)}
      onClick={({ currentTarget }) => (own.menu.value = isOpen ? null : { message, button: currentTarget })}
      onKeyDown={moveFocus}
    >
      <MoreIcon />
    </button>
  );
}

function moveFocus(event: TargetedKeyboardEvent<HTMLButtonElement>): void {
  const { currentTarget, key } = event;
  const step = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...currentTarget.closest('ol')!.querySelectorAll<HTMLElement>('.message-actions')];
  event.preventDefault();
  all[all.indexOf(currentTarget) + step]?.focus();
}
