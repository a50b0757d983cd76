import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { TargetedKeyboardEvent } from 'preact';
import type { Composing } from '../composing';
import { onEscape } from '../escape';
import { goOnFrom } from '../focus';
import { canChangeNow } from '../own-messages';
import type { OpenMenu, OwnMessages } from '../own-messages';
import { isUnsent, keyOf } from '../timeline';
import { DeleteIcon, EditIcon } from './icons';

interface Props {
  own: OwnMessages;
  composing: Composing;
}

/** Between the menu and its button, and between the menu and the edge of the window. */
const distancePx = 6;

/** The menu of the own message whose button was pressed. */
export function MessageMenu({ own, composing }: Props) {
  const open = own.menu.value;
  return open && <Menu key={keyOf(open.message)} {...open} own={own} composing={composing} />;
}

function Menu({ message, button, own, composing }: OpenMenu & Props) {
  const box = useRef<HTMLDivElement>(null);
  const isPossible = canChangeNow(message);
  const close = () => (own.menu.value = null);
  const closeToButton = () => {
    close();
    button.focus({ preventScroll: true });
  };
  usePlaceAt(box, button, close);
  useDismissal(box, button, close);
  useLayoutEffect(() => onEscape(closeToButton), []);
  useLayoutEffect(() => itemsOf(box.current!)[0]!.focus({ preventScroll: true }), []);

  const moveOn = (event: TargetedKeyboardEvent<HTMLElement>) => {
    if (event.key === 'Tab') closeToButton();
    else moveFocus(event);
  };
  const choose = (act: () => void) => () => {
    if (!isPossible) return;
    closeToButton();
    act();
  };
  const askToDelete = () => (own.deleting.value = message);
  const discard = () => {
    goOnFrom(button);
    void own.discard(message);
  };
  const item = { type: 'button', role: 'menuitem', tabIndex: -1, 'aria-disabled': !isPossible } as const;
  return (
    <div class="menu" ref={box}>
      <div role="menu" aria-label="Message" aria-describedby="menu-note" onKeyDown={moveOn}>
        <button {...item} data-testid="edit" onClick={choose(() => composing.edit(message))}>
          <EditIcon /> Edit
        </button>
        {isUnsent(message) ? (
          <button {...item} class="is-dangerous" data-testid="discard" onClick={choose(discard)}>
            <DeleteIcon /> Discard
          </button>
        ) : (
          <button {...item} class="is-dangerous" data-testid="delete" onClick={choose(askToDelete)}>
            <DeleteIcon /> Delete…
          </button>
        )}
      </div>
      {!isPossible && (
        <p class="menu-note" id="menu-note">
          You are offline. Messages can be changed when you are back online.
        </p>
      )}
    </div>
  );
}

const itemsOf = (box: Element) => [...box.querySelectorAll<HTMLElement>('[role=menuitem]')];

function moveFocus(event: TargetedKeyboardEvent<HTMLElement>): void {
  const items = itemsOf(event.currentTarget);
  const index = items.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  items.at(step % items.length)!.focus();
}

/** Keeps the menu above its button, or below it where there is no room; closes it when the button is gone. */
function usePlaceAt(box: { current: HTMLElement | null }, button: HTMLElement, close: () => void) {
  useLayoutEffect(() => {
    const stop = new AbortController();
    const place = () => {
      const view = button.closest('.scroller')?.getBoundingClientRect();
      const at = button.getBoundingClientRect();
      if (!view || at.bottom < view.top || at.top > view.bottom) return close();
      const { style, offsetWidth, offsetHeight } = box.current!;
      const above = at.top - offsetHeight - distancePx;
      style.left = `${Math.max(distancePx, at.right - offsetWidth)}px`;
      style.top = `${above < view.top ? at.bottom + distancePx : above}px`;
    };
    place();
    addEventListener('resize', place, { signal: stop.signal });
    document.addEventListener('scroll', place, { signal: stop.signal, capture: true });
    return () => stop.abort();
  }, []);
}

/** A press anywhere else closes the menu; one on its button does so by itself. */
function useDismissal(box: { current: HTMLElement | null }, button: HTMLElement, close: () => void) {
  useEffect(() => {
    const onPress = ({ target }: Event) => {
      if (target instanceof Node && !box.current!.contains(target) && !button.contains(target)) close();
    };
    document.addEventListener('pointerdown', onPress, { capture: true });
    return () => document.removeEventListener('pointerdown', onPress, { capture: true });
  }, []);
}
