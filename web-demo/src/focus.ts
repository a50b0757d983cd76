import { hasKeyboard } from './viewport';

/**
 * Moves the focus on before the button that has it goes away with what it stood for: to the field, or, where
 * the field would bring up a keyboard, to the messages.
 */
export function goOnFrom(element: Element): void {
  const next = hasKeyboard ? '.composer-field' : '.scroller';
  element.closest('.chat-pane')!.querySelector<HTMLElement>(next)?.focus({ preventScroll: true });
}
