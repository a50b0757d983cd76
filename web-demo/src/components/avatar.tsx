import { hueClass, initials } from '../text/names';

/** Initials on a colour that always belongs to the same id. */
export function Avatar({ id, name, size }: { id: string; name: string; size: 'small' | 'large' }) {
  return (
    <span class={`avatar avatar-${size} ${hueClass(id)}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
