/** Shown instead of everything else once the user has logged out. */
export function LoggedOut() {
  return (
    <main class="open-problem" data-testid="logged-out">
      <h1>You are logged out</h1>
      <p role="status">Your chats and files are no longer on this device.</p>
      <button type="button" class="primary" onClick={() => location.reload()}>
        Log in again
      </button>
    </main>
  );
}
