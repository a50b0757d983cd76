import { useLayoutEffect } from 'preact/hooks';
import type { CachedMessage } from 'chatlarder';
import type { Composing } from '../composing';
import { onEscape } from '../escape';
import { CloseIcon, EditIcon } from './icons';

/** Says above the field that a message is being edited, which one, and leads out of it. */
export function EditingBar({ message, composing }: { message: CachedMessage; composing: Composing }) {
  useLayoutEffect(() => onEscape(() => composing.stopEditing()), [composing]);
  return (
    <div class="editing-bar" data-testid="editing-bar">
      <EditIcon />
      <div class="editing-text">
        <p class="editing-title" role="status">
          Editing your message
        </p>
        <p class="editing-quote">{message.content}</p>
      </div>
      <button
        type="button"
        class="editing-cancel"
        data-testid="cancel-editing"
        title="Cancel (Escape)"
        aria-label="Cancel editing"
        onClick={() => composing.stopEditing()}
      >
        <CloseIcon />
      </button>
    </div>
  );
}
