/**
 * An inspector for development: what a larder has stored, where its gaps are, what waits to be sent, what was
 * evicted, and each step of its core, in whichever tab that runs. Importing it defines the element
 * `<chatlarder-inspector>`, where there are elements; on a server it does nothing.
 *
 * ```ts
 * if (import.meta.env.DEV) {
 *   const { inspect } = await import('chatlarder/inspector');
 *   inspect(larder);
 * }
 * ```
 *
 * @module chatlarder/inspector
 */
import type { Larder, QuotaDetail } from '../client.js';
import { html } from './dom.js';
import { Log } from './log.js';
import { makeReport, saveReport, type Report, type ReportedChat } from './report.js';
import { readStored, readStoredChat, type Stored } from './stored.js';
import { STYLE } from './style.js';
import { countText, sizeText } from './text.js';
import { chatsView, mediaView, outboxView, stepsView, storesView, type Scene } from './views.js';

export type { Report, ReportedChat };

const TAG = 'chatlarder-inspector';
/** Changes within this time are one; folded, there is no hurry. */
const REFRESH_MS = 250;
const FOLDED_REFRESH_MS = 2000;

const VIEWS = {
  stores: { title: 'Stores', draw: storesView, count: () => null },
  chats: { title: 'Chats', draw: chatsView, count: ({ stored }: Scene) => stored.chats.length },
  outbox: { title: 'Outbox', draw: outboxView, count: ({ stored }: Scene) => stored.outbox.length },
  media: { title: 'Evictions', draw: mediaView, count: ({ log }: Scene) => evictionsOf(log) },
  steps: { title: 'Steps', draw: stepsView, count: ({ log }: Scene) => log.steps.length },
};
type View = keyof typeof VIEWS;

function evictionsOf({ entries }: Log): number {
  return entries.filter(({ kind }) => kind === 'evicted').length;
}

const Base = globalThis.HTMLElement ?? class {};

/**
 * `<chatlarder-inspector>`: shows the larder that it is given as its property `larder`, as long as it is in
 * the document. Attributes: `open`, whether it is unfolded; `inline`, it stands where it is put instead of at
 * the window's lower edge.
 */
export class ChatlarderInspector extends Base {
  /** @internal */
  static readonly observedAttributes = ['open'];
  #larder: Larder | null = null;
  #log: Log | null = null;
  #stored: Stored | null = null;
  #limit: number | null = null;
  #view: View = 'stores';
  #open: Scene['open'] = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Something was stored since it was read last. */
  #stale = true;
  #soon = false;
  #reading = false;
  #failed = false;
  #parts: ReturnType<typeof partsOf> | null = null;
  #leave = new AbortController();

  /** The larder that is shown. */
  get larder(): Larder | null {
    return this.#larder;
  }

  /** Null: nothing is shown. */
  set larder(larder: Larder | null) {
    if (larder === this.#larder) return;
    this.#detach();
    this.#larder = larder;
    if (this.isConnected) this.#attach();
  }

  /** What its file for a bug report would hold. Texts and names are in it only with `contents`. */
  async report(options: { contents?: boolean } = {}): Promise<Report> {
    if (!this.#larder || !this.#log)
      throw new Error('give the inspector a larder, and put it into the document');
    return makeReport(this.#larder, this.#log, options.contents ?? false);
  }

  /** @internal */
  connectedCallback(): void {
    this.#adopt();
    this.#parts ??= this.#build();
    this.#attach();
  }

  /** One that was in the page before it was defined may have been given its larder already. */
  #adopt(): void {
    if (!Object.hasOwn(this, 'larder')) return;
    const { larder } = this;
    delete (this as { larder?: unknown }).larder;
    this.larder = larder;
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#detach();
  }

  /** @internal */
  attributeChangedCallback(): void {
    this.#schedule(true, true);
  }

  #build(): ReturnType<typeof partsOf> {
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const parts = partsOf({
      choose: (view) => this.#choose(view),
      fold: () => this.toggleAttribute('open'),
      save: (contents) => this.#act(async () => saveReport(await this.report({ contents }))),
    });
    root.append(parts.handle, parts.panel);
    return parts;
  }

  #attach(): void {
    if (!this.#larder || this.#log) return;
    const { signal } = (this.#leave = new AbortController());
    this.#log = new Log(this.#larder, (stored) => this.#schedule(stored));
    const hear = ({ detail }: CustomEvent<QuotaDetail>) => (this.#limit = detail.limit);
    this.#larder.addEventListener('quota', hear, { signal });
    this.#schedule(true);
  }

  #detach(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leave.abort();
    this.#log?.close();
    this.#log = null;
    this.#stored = null;
    this.#open = null;
    this.#limit = null;
  }

  #choose(view: View): void {
    this.#view = view;
    if (this.#parts) this.#parts.body.scrollTop = 0;
    this.#draw();
  }

  #toggle(requestId: string): void {
    this.#open = this.#open?.requestId === requestId ? null : { requestId, chat: null };
    this.#draw();
    this.#schedule(true, true);
  }

  /** Draws in a while, or `soon`; before that it is read again if something may have been stored. */
  #schedule(stored: boolean, soon = false): void {
    this.#stale ||= stored;
    this.#soon ||= soon;
    if (!this.#log || this.#reading || (this.#timer !== undefined && !soon)) return;
    clearTimeout(this.#timer);
    const pauseMs = this.hasAttribute('open') ? REFRESH_MS : FOLDED_REFRESH_MS;
    this.#timer = setTimeout(() => void this.#refresh(), this.#soon ? 0 : pauseMs);
  }

  /** What comes meanwhile is read after that. */
  async #refresh(): Promise<void> {
    const wasStale = this.#stale;
    this.#timer = undefined;
    this.#soon = false;
    this.#stale = false;
    this.#reading = true;
    try {
      if (wasStale) await this.#read(this.#larder!, this.#log);
      if (this.#failed) this.#say('');
      this.#failed = false;
      this.#draw();
    } catch (error) {
      this.#failed = true;
      this.#say(error);
    }
    this.#reading = false;
    if (this.#stale || this.#soon) this.#schedule(this.#stale, this.#soon);
  }

  async #read(larder: Larder, log: Log | null): Promise<void> {
    const open = this.#open;
    const stored = await readStored(larder);
    const chat = open ? await readStoredChat(larder, open.requestId) : null;
    if (this.#log !== log) return;
    log?.compare(stored);
    this.#stored = stored;
    if (open && this.#open?.requestId === open.requestId) this.#open = { ...open, chat };
  }

  #act(work: () => Promise<unknown>): void {
    this.#parts!.problem.textContent = '';
    work().then(
      () => this.#schedule(true),
      (error: unknown) => this.#say(error),
    );
  }

  #say(error: unknown): void {
    if (this.#parts) this.#parts.problem.textContent = error instanceof Error ? error.message : String(error);
  }

  #scene(): Scene | null {
    if (!this.#larder || !this.#stored || !this.#log) return null;
    return {
      larder: this.#larder,
      stored: this.#stored,
      log: this.#log,
      limit: this.#limit,
      open: this.#open,
      toggle: (requestId) => this.#toggle(requestId),
      act: (work) => this.#act(work),
      refresh: () => this.#draw(),
    };
  }

  /** Draws what is seen anew; what has the focus keeps it. */
  #draw(): void {
    const scene = this.#scene();
    if (!scene || !this.#parts) return;
    const { body, tabs, handle } = this.#parts;
    const { stats, outbox } = scene.stored;
    const waiting = outbox.length ? `, ${countText(outbox.length)} to be sent` : '';
    handle.textContent = `Larder: ${sizeText(stats.totalSize)}${waiting}`;
    if (!this.hasAttribute('open')) return;
    for (const [view, tab] of tabs) {
      const isChosen = view === this.#view;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const count = VIEWS[view].count(scene);
      tab.replaceChildren(VIEWS[view].title, ...(count ? [html('b', {}, countText(count))] : []));
    }
    const key = (this.shadowRoot?.activeElement as HTMLElement | null)?.dataset['key'];
    body.replaceChildren(...VIEWS[this.#view].draw(scene));
    if (key === undefined) return;
    const same = [...body.querySelectorAll<HTMLElement>('[data-key]')].find(
      (each) => each.dataset['key'] === key,
    );
    (same ?? body).focus({ preventScroll: true });
  }
}

/** What stays while its contents are drawn anew. */
function partsOf(on: { choose: (view: View) => void; fold: () => void; save: (contents: boolean) => void }) {
  const handle = html(
    'button',
    { type: 'button', class: 'handle', title: 'Inspect', onclick: on.fold },
    'Larder',
  );
  const tabs = new Map(
    (Object.keys(VIEWS) as View[]).map((view) => {
      const attributes = { type: 'button', role: 'tab', 'data-view': view, onclick: () => on.choose(view) };
      return [view, html('button', attributes, VIEWS[view].title)];
    }),
  );
  const contents = html('input', { type: 'checkbox' }) as HTMLInputElement;
  const report = html(
    'div',
    { class: 'report' },
    html('label', { title: 'Otherwise only their lengths' }, contents, 'with texts and names'),
    html(
      'button',
      {
        type: 'button',
        class: 'save',
        title: 'A file for a bug report',
        onclick: () => on.save(contents.checked),
      },
      'Export',
    ),
    html(
      'button',
      { type: 'button', class: 'fold', title: 'Fold', 'aria-label': 'Fold', onclick: on.fold },
      '✕',
    ),
  );
  const list = html('div', {
    role: 'tablist',
    'aria-label': 'What is inspected',
    onkeydown: moveAmong(tabs, on.choose),
  });
  list.append(...tabs.values());
  const problem = html('p', { class: 'problem', role: 'alert' });
  const body = html(
    'div',
    { class: 'body', role: 'tabpanel', tabindex: -1 },
    html('p', { class: 'nothing' }, 'Reading …'),
  );
  const panel = html('section', { class: 'panel', 'aria-label': 'Inspector of the larder' });
  panel.append(html('header', {}, list, report), problem, body);
  return { handle, panel, tabs, problem, body };
}

/** With the arrow keys, as among tabs everywhere. */
function moveAmong(tabs: Map<View, HTMLElement>, choose: (view: View) => void): (event: Event) => void {
  return (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[(event as KeyboardEvent).key];
    const views = [...tabs.keys()];
    const at = views.findIndex((view) => tabs.get(view) === event.target);
    if (!step || at < 0) return;
    const next = views[(at + step + views.length) % views.length]!;
    choose(next);
    tabs.get(next)!.focus();
  };
}

/**
 * Puts an inspector of a larder at the window's lower edge, folded; returns it. It is gone with `remove()`.
 * Where there is one already, that shows the larder from now on.
 */
export function inspect(larder: Larder): ChatlarderInspector {
  const there = document.querySelector(TAG);
  const inspector = there ?? document.createElement(TAG);
  inspector.larder = larder;
  if (!there) document.body.append(inspector);
  return inspector;
}

if (globalThis.customElements && !customElements.get(TAG)) customElements.define(TAG, ChatlarderInspector);

declare global {
  interface HTMLElementTagNameMap {
    'chatlarder-inspector': ChatlarderInspector;
  }
}
