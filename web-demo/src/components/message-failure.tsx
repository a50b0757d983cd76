import type { CachedMessage } from 'chatlarder';
import { goOnFrom } from '../focus';
import { retry } from '../outbox';
import type { OwnMessages } from '../own-messages';
import { failureOf } from '../text/reasons';
import { keyOf } from '../timeline';

interface Props {
  message: CachedMessage;
  own: OwnMessages;
}

/** Why a message couldn't be sent, and what can be done about it. */
export function MessageFailure({ message, own }: Props) {
  const act = (run: () => unknown) => (event: Event) => {
    goOnFrom(event.currentTarget as Element);
    run();
  };
  return (
    <div class="failure" role="group" aria-label="Not sent" data-testid="failure">
      <p class="failure-reason">
        <span aria-hidden="true">Not sent. </span>
        <span data-testid="failure-reason">{failureOf(message.errorMessage)}</span>
      </p>
      <button
        type="button"
        class="link-button"
        data-testid="retry"
        onClick={act(() => retry(keyOf(message)))}
      >
        Try again
      </button>
      <button type="button" class="link-button" data-testid="edit-failed" onClick={() => own.edit(message)}>
        Edit
      </button>
      <button
        type="button"
        class="link-button"
        data-testid="discard"
        onClick={act(() => own.discard(message))}
      >
        Discard
      </button>
    </div>
  );
}
