import type { Larder } from '../client.js';
import type { CachedMediaMeta, ChatSyncState, Gap, OfflineOperation } from '../gen/schema.js';
import { coverageOf, lastOf, MEANINGS, type Known } from './coverage.js';
import { html } from './dom.js';
import type { Entry, Log, LoggedStep } from './log.js';
import { layers, strip } from './picture.js';
import { isUnsent, type Stored, type StoredChat, type StoreSize } from './stored.js';
import { clockText, countText, counted, durationText, grouped, sizeText } from './text.js';

/** What a view is drawn from, and what can be done from it. */
export interface Scene {
  larder: Larder;
  stored: Stored;
  log: Log;
  /** The byte limit that holds, as far as it is known. */
  limit: number | null;
  /** The chat whose details are shown, and what is stored of it once that was read. */
  open: { requestId: string; chat: StoredChat | null } | null;
  toggle: (requestId: string) => void;
  /** Does something, and shows why it can't be done. */
  act: (work: () => Promise<unknown>) => void;
  refresh: () => void;
}

/** How many of a list are drawn; the rest is said in a line below it. */
const SHOWN_MAX = 200;

/* ---- stores ---- */

export function storesView({ larder, stored, limit }: Scene): Node[] {
  const { stats, stores } = stored;
  const { totalSize, messagesSize, mediaSize, cacheHits, cacheMisses } = stats;
  const most = Math.max(1, ...stores.map(({ bytes }) => bytes));
  return [
    html(
      'div',
      { class: 'figures' },
      figure('in all', sizeText(totalSize), limit ? `of ${sizeText(limit)}` : ''),
      figure('messages', sizeText(messagesSize), countText(stats.messageCount)),
      figure('files', sizeText(mediaSize), countText(stats.mediaCount)),
      figure('from disk', cacheHits + cacheMisses ? `${Math.round(stats.hitRate)} %` : '–', 'of files shown'),
      figure('server', larder.connection, `${countText(stored.outbox.length)} to be sent`),
    ),
    limit ? meter(totalSize, limit, 'the cache, of its limit') : null,
    table(
      ['store', 'rows', 'bytes', ''],
      stores.map((store) => storeRow(store, most)),
      'stores',
    ),
  ].filter((node) => node !== null);
}

function storeRow({ store, count, bytes, estimated }: StoreSize, most: number): HTMLElement {
  return row(
    html('code', {}, store),
    countText(count),
    `${estimated ? '≈ ' : ''}${sizeText(bytes)}`,
    meter(bytes, most, `bytes of ${store}`),
  );
}

function figure(name: string, value: string, more: string): HTMLElement {
  return html('dl', {}, html('dt', {}, name), html('dd', {}, value), html('dd', { class: 'more' }, more));
}

function meter(value: number, max: number, label: string): HTMLElement {
  return html('meter', { min: 0, max, value: Math.min(value, max), 'aria-label': label });
}

/* ---- chats ---- */

export function chatsView(scene: Scene): Node[] {
  const { stored, open } = scene;
  const chats = [...stored.chats].sort((a, b) => activityOf(b) - activityOf(a));
  if (!chats.length) return [nothing('No chat is known yet.')];
  const there = new Set(chats.flatMap((chat) => coverageOf(chat).map((part) => part.known)));
  const known = (Object.keys(MEANINGS) as Known[]).filter((each) => there.has(each));
  return [
    legend(known),
    html(
      'ul',
      { class: 'chats' },
      ...chats.slice(0, SHOWN_MAX).map((chat) => {
        const isOpen = open?.requestId === chat.requestId;
        return html('li', {}, chatHead(chat, scene, isOpen), isOpen && chatDetails(chat, scene));
      }),
    ),
    ...moreThan(chats.length, 'chat'),
  ];
}

function activityOf({ chat }: ChatSyncState): number {
  return Date.parse(chat?.lastActivityAt ?? '') || 0;
}

function legend(known: Known[]): HTMLElement {
  const entries = known.map((each) => html('li', {}, html('i', { class: each }), MEANINGS[each]));
  return html('ul', { class: 'legend' }, ...entries);
}

function chatHead(chat: ChatSyncState, { toggle }: Scene, isOpen: boolean): HTMLElement {
  const { requestId, messageCount } = chat;
  const gaps = coverageOf(chat).filter(({ known }) => known === 'gap' || known === 'stale').length;
  const attributes = {
    type: 'button',
    class: 'chat',
    'data-key': `chat ${requestId}`,
    'aria-expanded': String(isOpen),
    onclick: () => toggle(requestId),
  };
  return html(
    'button',
    attributes,
    html('span', { class: 'name' }, nameOf(chat)),
    strip(chat),
    html(
      'span',
      { class: 'more' },
      `${countText(messageCount ?? 0)} of ${countText(lastOf(chat))}`,
      gaps > 0 && html('b', { class: 'mark warn' }, counted(gaps, 'gap')),
    ),
  );
}

function nameOf({ chat, requestId }: ChatSyncState): string {
  return chat?.title ?? requestId.slice(0, 8);
}

function chatDetails(row: ChatSyncState, { larder, open, act }: Scene): HTMLElement {
  const { requestId, knownGaps = [] } = row;
  const chat = open?.chat ?? null;
  const facts: [string, string][] = [
    ['id', requestId],
    ['state', larder.chat(requestId).state ?? 'the core has not said'],
    ['synchronised up to', countText(row.lastSyncedSequence ?? 0)],
    ['last on the server', countText(row.chat?.lastSequence ?? 0)],
    ['revision', row.serverRevision ?? '–'],
    ['messages', `${countText(row.messageCount ?? 0)}, ${sizeText(row.messageBytes ?? 0)}`],
    ['files', sizeText(row.mediaSize ?? 0)],
  ];
  if (chat) facts.push(['stored in', partsOf(chat)]);
  const gaps = [...knownGaps].reverse().map((gap) => gapLine(gap, requestId, larder, act));
  const ends = ['1', 'as noted · in blocks · in rows', countText(lastOf(row))];
  const axis = html('p', { class: 'axis' }, ...ends.map((text) => html('span', {}, text)));
  return html(
    'div',
    { class: 'details' },
    chat ? layers(row, chat) : html('p', { class: 'more' }, 'Reading what is stored …'),
    chat && axis,
    html(
      'dl',
      { class: 'facts' },
      ...facts.flatMap(([name, value]) => [html('dt', {}, name), html('dd', {}, value)]),
    ),
    gaps.length > 0 && html('ul', { class: 'gaps' }, ...gaps.slice(0, SHOWN_MAX)),
  );
}

function partsOf({ blocks, rows }: StoredChat): string {
  const unsent = rows.filter(isUnsent).length;
  const parts = [counted(blocks.length, 'block'), counted(rows.length - unsent, 'row')];
  return [...parts, ...(unsent ? [`${counted(unsent, 'row')} to be sent`] : [])].join(', ');
}

function gapLine(gap: Gap, requestId: string, larder: Larder, act: Scene['act']): HTMLElement {
  const { startSeq, endSeq, stale } = gap;
  const fill = () => act(() => larder.chat(requestId).fill(gap));
  return html(
    'li',
    {},
    `${countText(startSeq)} – ${countText(endSeq)}${stale ? ', out of date' : ''}`,
    button(
      'Fill',
      `fill ${requestId} ${startSeq}`,
      fill,
      `Fetch the newest page of ${startSeq} to ${endSeq}`,
    ),
  );
}

/* ---- outbox ---- */

export function outboxView({ larder, stored, act }: Scene): Node[] {
  const { outbox } = stored;
  if (!outbox.length) return [nothing('Nothing waits to be sent.')];
  const failed = outbox.filter(({ status }) => status === 'failed').length;
  const names = new Map(stored.chats.map((chat) => [chat.requestId, nameOf(chat)]));
  return [
    html(
      'p',
      { class: 'bar' },
      `${counted(outbox.length, 'operation')}, ${countText(failed)} failed`,
      button(
        'Retry all',
        'retry all',
        () => act(() => larder.outbox.retryAll()),
        'Try all again that failed',
      ),
    ),
    html(
      'ul',
      { class: 'cards' },
      ...outbox.slice(0, SHOWN_MAX).map((each) => operationCard(each, names, larder, act)),
    ),
    ...moreThan(outbox.length, 'operation'),
  ];
}

function operationCard(
  operation: OfflineOperation,
  names: Map<string, string>,
  { outbox }: Larder,
  act: Scene['act'],
): HTMLElement {
  const { id, type, requestId, status, retryCount, maxRetries, nextRetryAt, lastError, payload } = operation;
  const tries = `${retryCount} of ${maxRetries} tries`;
  const next = nextRetryAt ? `, next at ${clockText(nextRetryAt)}` : '';
  const about = type === 'send_message' ? payload['content'] : `up to ${String(payload['upToSequence'])}`;
  return html(
    'li',
    {},
    html(
      'p',
      {},
      html('b', { class: status === 'failed' ? 'mark danger' : 'mark' }, status),
      html('code', {}, type),
      html('span', { class: 'more' }, names.get(requestId) ?? requestId.slice(0, 8)),
    ),
    html('p', { class: 'content' }, String(about)),
    html('p', { class: 'more' }, `written ${clockText(operation.createdAt)}, ${tries}${next}`),
    lastError && html('p', { class: 'reason' }, lastError),
    html(
      'p',
      { class: 'buttons' },
      button('Retry', `retry ${id}`, () => act(() => outbox.retry(id)), 'Try it again now'),
      button('Cancel', `cancel ${id}`, () => act(() => outbox.cancel(id)), 'Give it up'),
    ),
  );
}

/* ---- files ---- */

export function mediaView({ stored, log, limit }: Scene): Node[] {
  const names = new Map(stored.chats.map((chat) => [chat.requestId, nameOf(chat)]));
  const entries = log.entries.slice(-SHOWN_MAX).reverse();
  const { totalSize } = stored.stats;
  const next = victimsOf(stored.media).slice(0, 5);
  return [
    limit ? meter(totalSize, limit, 'the cache, of its limit') : null,
    html(
      'p',
      { class: 'more' },
      limit ? `${sizeText(totalSize)} of ${sizeText(limit)} used` : `${sizeText(totalSize)} used`,
    ),
    html('h3', {}, 'What happened'),
    entries.length
      ? table(
          ['at', 'what', 'of', ''],
          entries.map((entry) => entryRow(entry, names)),
          'entries',
        )
      : nothing('Nothing since the inspector is attached.'),
    html('h3', {}, 'Used longest ago'),
    next.length
      ? table(['file', 'bytes', 'priority', 'last used'], next.map(fileRow), 'files')
      : nothing('No file that may go.'),
  ].filter((node) => node !== null);
}

/** In the order in which they are shown; which goes is the core's to say. */
function victimsOf(media: CachedMediaMeta[]): CachedMediaMeta[] {
  const rank = { low: 0, normal: 1, high: 2 };
  const here = media.filter(({ localBlobKey, isPinned }) => localBlobKey && !isPinned);
  return here.sort((a, b) => rank[a.priority] - rank[b.priority] || a.lastAccessedAt - b.lastAccessedAt);
}

function fileRow({ filename, fileSize, priority, lastAccessedAt }: CachedMediaMeta): HTMLElement {
  return row(filename, sizeText(fileSize), priority, clockText(lastAccessedAt));
}

function entryRow({ at, kind, subject, text }: Entry, names: Map<string, string>): HTMLElement {
  const [chat = '', ...file] = subject.split(':');
  const name = [names.get(chat) ?? chat, file.join(':')].filter(Boolean).join(' · ');
  const mark = { evicted: 'warn', error: 'danger', closed: 'danger' }[kind as string] ?? '';
  return row(clockText(at), html('b', { class: `mark ${mark}` }, kind), name, text);
}

/* ---- steps ---- */

export function stepsView({ log, refresh }: Scene): Node[] {
  const pause = () => {
    log.paused = !log.paused;
    refresh();
  };
  const clear = () => {
    log.clear();
    refresh();
  };
  const shown = log.steps.slice(-SHOWN_MAX).reverse();
  return [
    html(
      'p',
      { class: 'bar' },
      counted(log.steps.length, 'step'),
      button(log.paused ? 'Go on' : 'Pause', 'pause', pause, 'Whether steps are noted'),
      button('Clear', 'clear', clear, 'Forget what was noted'),
    ),
    shown.length
      ? html('ol', { class: 'steps' }, ...shown.map(stepLine))
      : nothing('No step since the inspector is attached. In which tab the core runs doesn’t matter.'),
  ];
}

function stepLine(step: LoggedStep): HTMLElement {
  const { at, ms, bytes, durability, events, writes, reads, calls, signals, replies, deadline, callMs } =
    step;
  const told = events.map(({ type, method, outcome }) => (method ? `${method} → ${outcome}` : type));
  const took = callMs.filter((each) => each !== null);
  const body = events.reduce((sum, event) => sum + event.bytes, 0);
  const plan = [
    ...chips(
      'write',
      writes.map(({ op, store, count }) => `${op} ${store}${count > 1 ? ` ×${count}` : ''}`),
    ),
    ...chips(
      'read',
      grouped(reads).map((store) => `read ${store}`),
    ),
    ...chips('call', grouped(calls.map(({ method }) => `call ${method}`))),
    ...chips('signal', grouped(signals.map((type) => `signal ${type}`))),
    ...chips('reply', grouped(replies.map((code) => `reply ${code}`))),
    ...chips('time', deadline === null ? [] : [`wake in ${durationText(Math.max(0, deadline - at))}`]),
  ];
  const bytesIn = body ? `${sizeText(body)} in, ` : '';
  const calling = took.length ? `, calls took ${durationText(Math.max(...took))}` : '';
  return html(
    'li',
    {},
    html('time', {}, clockText(at)),
    html('span', { class: 'in' }, ...chips('event', told.length ? grouped(told) : ['…'])),
    html('span', { class: 'out' }, ...(plan.length ? plan : [html('span', { class: 'more' }, 'nothing')])),
    html(
      'span',
      { class: 'more' },
      `${bytesIn}${sizeText(bytes)} out, ${durationText(ms)}, ${durability}${calling}`,
    ),
  );
}

function chips(kind: string, texts: string[]): HTMLElement[] {
  return texts.map((text) => html('span', { class: `chip ${kind}` }, text));
}

/* ---- parts ---- */

function nothing(text: string): HTMLElement {
  return html('p', { class: 'nothing' }, text);
}

function moreThan(count: number, name: string): HTMLElement[] {
  const more = count - SHOWN_MAX;
  return more > 0 ? [html('p', { class: 'more' }, `and ${counted(more, name)} more`)] : [];
}

function button(text: string, key: string, onclick: () => void, title: string): HTMLElement {
  return html('button', { type: 'button', 'data-key': key, title, onclick }, text);
}

function row(...cells: (Node | string)[]): HTMLElement {
  return html('tr', {}, ...cells.map((cell) => html('td', {}, cell)));
}

function table(heads: string[], rows: HTMLElement[], kind: string): HTMLElement {
  const head = html('tr', {}, ...heads.map((text) => html('th', { scope: 'col' }, text)));
  return html('table', { class: kind }, html('thead', {}, head), html('tbody', {}, ...rows));
}
