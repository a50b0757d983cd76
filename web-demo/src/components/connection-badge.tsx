import { connection } from '../store';

/** Whether the server can be reached; a screen reader hears it change. */
export function ConnectionBadge() {
  return (
    <p class={`connection connection-${connection.value}`} role="status">
      <span class="visually-hidden">Connection: </span>
      <span data-testid="connection">{connection.value}</span>
    </p>
  );
}
