import type { ComponentChildren } from 'preact';

interface SectionProps {
  id: string;
  title: string;
  /** Stands at the right of the title. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}

/** One part of the settings under its heading. */
export function Section({ id, title, aside, children }: SectionProps) {
  return (
    <section class="settings-section" aria-labelledby={`settings-${id}`}>
      <div class="settings-heading">
        <h3 id={`settings-${id}`}>{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
