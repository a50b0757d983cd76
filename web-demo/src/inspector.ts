import { effect } from '@preact/signals';
import { larder } from './store';

/** Shows the package's inspector below the page where the address says `?inspect`; else it isn't loaded. */
export function showInspector(): void {
  if (!new URLSearchParams(location.search).has('inspect')) return;
  document.body.classList.add('is-inspected');
  effect(() => {
    const opened = larder.value;
    if (!opened) return;
    import('chatlarder/inspector').then(
      ({ inspect }) => {
        const inspector = inspect(opened);
        inspector.toggleAttribute('inline', true);
        inspector.toggleAttribute('open', true);
      },
      (error: unknown) => console.warn('no inspector', error),
    );
  });
}
