import { activateUpdate, isUpdateReady } from '../service-worker';

/** Offers a new version of the page when one has been stored. */
export function UpdatePrompt() {
  return (
    <div class="update-region" role="status">
      {isUpdateReady.value && (
        <p class="update">
          A new version is here —{' '}
          <button type="button" class="link-button" onClick={activateUpdate}>
            reload
          </button>
        </p>
      )}
    </div>
  );
}
