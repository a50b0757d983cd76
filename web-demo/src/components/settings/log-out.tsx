import { useState } from 'preact/hooks';
import { logOut } from '../../store';
import { reasonOf } from '../../text/reasons';
import { Section } from './section';

/** The way out, which leaves nothing on this device. */
export function LogOut() {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const leave = async () => {
    setBusy(true);
    await logOut().catch((error: unknown) => setProblem(reasonOf(error)));
    setBusy(false);
  };
  return (
    <Section id="log-out" title="Log out">
      <div class="settings-row">
        <p class="settings-note">
          Deletes your chats and files from this device, in all tabs. What isn’t sent yet is lost.
        </p>
        <button
          type="button"
          class="secondary"
          data-testid="log-out"
          disabled={isBusy}
          onClick={() => void leave()}
        >
          Log out
        </button>
      </div>
      {problem && (
        <p class="settings-problem" role="alert">
          {problem}
        </p>
      )}
    </Section>
  );
}
