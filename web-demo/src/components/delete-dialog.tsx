import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CachedMessage } from 'chatlarder';
import { onEscape } from '../escape';
import { goOnFrom } from '../focus';
import type { OwnMessages } from '../own-messages';
import { connection } from '../store';
import { reasonOf } from '../text/reasons';

/** Asks before an own message is deleted. */
export function DeleteDialog({ own }: { own: OwnMessages }) {
  const message = own.deleting.value;
  return message && <Question key={message.id} message={message} own={own} />;
}

function Question({ message, own }: { message: CachedMessage; own: OwnMessages }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const isOffline = connection.value === 'offline';
  const cancel = () => dialog.current!.close();
  useLayoutEffect(() => {
    dialog.current!.showModal();
    return onEscape(cancel);
  }, []);

  const confirm = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await own.delete(message);
      if (!dialog.current) return;
      dialog.current.close();
      goOnFrom(dialog.current);
    } catch (error) {
      setFailure(reasonOf(error));
      setBusy(false);
    }
  };
  return (
    <dialog
      class="dialog"
      ref={dialog}
      data-testid="delete-dialog"
      aria-labelledby="delete-title"
      aria-describedby="delete-text"
      onClose={() => (own.deleting.value = null)}
    >
      <h2 id="delete-title">Delete this message?</h2>
      <div id="delete-text">
        <blockquote class="quoted">{message.content}</blockquote>
        <p>It is deleted for everyone in this chat.</p>
      </div>
      <p class="dialog-note" role="alert">
        {isOffline && 'You are offline. You can delete it when you are back online.'}
        {!isOffline && failure && `Not deleted. ${failure}`}
      </p>
      <div class="dialog-buttons">
        <button type="button" class="secondary" onClick={cancel}>
          Keep
        </button>
        <button
          type="button"
          class="primary is-dangerous"
          data-testid="confirm-delete"
          disabled={isOffline || isBusy}
          onClick={() => void confirm()}
        >
          Delete
        </button>
      </div>
    </dialog>
  );
}
