import { useLayoutEffect, useRef } from 'preact/hooks';
import type { MediaUrl } from 'chatlarder';
import { enlarged } from '../enlarged';
import { onEscape } from '../escape';
import { CloseIcon, DownIcon } from './icons';

/** A picture of the chat in full size; it goes at a press anywhere, or with Escape. */
export function Lightbox() {
  const picture = enlarged.value;
  return picture && <Picture key={picture.url} picture={picture} />;
}

function Picture({ picture }: { picture: MediaUrl }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current!.close();
  useLayoutEffect(() => {
    dialog.current!.showModal();
    return onEscape(close);
  }, []);
  return (
    <dialog
      class="lightbox"
      ref={dialog}
      data-testid="lightbox"
      aria-label={picture.filename}
      onClose={() => (enlarged.value = null)}
      onClick={(event) => event.target instanceof HTMLElement && !event.target.closest('a') && close()}
    >
      <header class="lightbox-header">
        <span class="lightbox-name">{picture.filename}</span>
        <a class="round-button" href={picture.url} download={picture.filename} title="Save">
          <DownIcon />
          <span class="visually-hidden">Save the picture</span>
        </a>
        <button type="button" class="round-button" title="Close">
          <CloseIcon />
          <span class="visually-hidden">Close</span>
        </button>
      </header>
      <img src={picture.url} alt={picture.filename} />
    </dialog>
  );
}
