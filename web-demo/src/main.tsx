import { render } from 'preact';
import { App } from './components/app';
import { showInspector } from './inspector';
import { registerServiceWorker } from './service-worker';
import { openStore } from './store';

render(<App />, document.getElementById('app')!);
void openStore();
showInspector();

if (import.meta.env.PROD) {
  registerServiceWorker().catch((error: unknown) => console.warn('no offline copy of the page', error));
}
