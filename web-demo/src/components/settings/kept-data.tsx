import { useEffect, useState } from 'preact/hooks';
import { quota } from '../../storage';
import { larder } from '../../store';
import { sizeText } from '../../text/bytes';
import { Section } from './section';

const levels = { normal: 'Enough room', low: 'Room is getting short', critical: 'Almost full' } as const;

/** What the browser has room for, and whether it may clear what is stored by itself. */
export function KeptData() {
  const [isKept, setKept] = useState<boolean | null>(null);
  const [isRefused, setRefused] = useState(false);
  const estimate = useEstimate();
  useEffect(() => {
    void navigator.storage?.persisted?.().then(setKept);
  }, []);
  const ask = async () => {
    const isAgreed = await larder.value!.persist();
    setKept(isAgreed);
    setRefused(!isAgreed);
  };
  const level = quota.value?.level ?? 'normal';
  return (
    <Section
      id="browser"
      title="The browser’s storage"
      aside={
        <p class={`level is-${level}`} data-testid="quota-level" data-level={level}>
          {levels[level]}
        </p>
      }
    >
      {estimate && (
        <p class="settings-note">
          All of this site uses {sizeText(estimate.usage ?? 0)}; the browser says that there is room for{' '}
          {sizeText(estimate.quota ?? 0)}.
        </p>
      )}
      {quota.value?.notKept && (
        <p class="settings-note">Of late a file was shown that there was no room to keep.</p>
      )}
      {isKept ? (
        <p class="settings-note" role="status">
          The browser doesn’t clear it by itself.
        </p>
      ) : (
        <div class="settings-row">
          <p class="settings-note" role="status">
            {isRefused
              ? 'The browser didn’t agree. Some do once a site is used often or installed.'
              : 'When room is short, the browser may clear all of it.'}
          </p>
          <button type="button" class="secondary" data-testid="persist" onClick={() => void ask()}>
            Keep my data
          </button>
        </div>
      )}
    </Section>
  );
}

function useEstimate(): StorageEstimate | null {
  const [estimate, setEstimate] = useState<StorageEstimate | null>(null);
  useEffect(() => {
    void navigator.storage?.estimate?.().then(setEstimate);
  }, [quota.value]);
  return estimate;
}
