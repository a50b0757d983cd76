import { openStore } from '../store';

/** Shown instead of everything else when the cache can't be opened: why, and what to do. */
export function OpenProblem({ problem }: { problem: unknown }) {
  const { code, message } = problem as { code?: string; message?: string };
  return (
    <main class="open-problem">
      <h1>Your chats can’t be opened</h1>
      <p role="alert">{message ?? 'The storage of this browser can’t be used.'}</p>
      {code && (
        <p class="problem-code">
          Code: <code>{code}</code>
        </p>
      )}
      {needsReload(code) ? (
        <button type="button" class="primary" onClick={() => location.reload()}>
          Reload
        </button>
      ) : (
        <button type="button" class="primary" onClick={() => void openStore()}>
          Try again
        </button>
      )}
    </main>
  );
}

/** Whether this page is older than what is stored. */
function needsReload(code: string | undefined): boolean {
  return code === 'closed' || code === 'newer_version';
}
