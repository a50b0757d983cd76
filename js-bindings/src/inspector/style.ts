/** One sheet for all inspectors of a page; the colours follow the page's `color-scheme`, or the system's. */
export const STYLE = `
:host {
  --ground: light-dark(#ffffff, #16191b);
  --raised: light-dark(#f4f5f6, #1f2427);
  --line: light-dark(#dfe2e5, #333a3e);
  --text: light-dark(#1c2023, #e6e9ea);
  --muted: light-dark(#5b6469, #9aa4a9);
  --accent: light-dark(#1f6b52, #74cfa9);
  --here: light-dark(#4a9b7f, #4fa588);
  --here-odd: light-dark(#7dbda5, #357d65);
  --gap: light-dark(#d9534a, #ff8a7d);
  --warn: light-dark(#8a4b08, #f0b668);
  --evicted: light-dark(#e0a54a, #c98e32);
  --unasked: light-dark(#c3c9cd, #4d565b);
  --soft: light-dark(#e3efe8, #20362d);
  --warn-soft: light-dark(#fbf0dd, #35291a);
  --danger: light-dark(#a8322a, #ff9c90);
  --danger-soft: light-dark(#fae6e3, #3c2320);
  color-scheme: light dark;
  position: fixed;
  inset: auto 0 0;
  z-index: 2147483000;
  display: block;
  color: var(--text);
  font:
    13px/1.45 system-ui,
    -apple-system,
    'Segoe UI',
    Roboto,
    'Helvetica Neue',
    sans-serif;
  text-align: left;
}
:host([inline]) {
  position: relative;
  inset: auto;
  z-index: auto;
}
:host([hidden]) {
  display: none;
}
*,
::before,
::after {
  box-sizing: border-box;
}
.panel {
  display: flex;
  flex-direction: column;
  height: min(26rem, 55vh);
  background: var(--ground);
  border-top: 1px solid var(--line);
  padding-bottom: env(safe-area-inset-bottom, 0);
}
:host(:not([inline])) .panel {
  box-shadow: 0 -6px 24px rgb(0 0 0 / 0.18);
}
:host(:not([open])) .panel {
  display: none;
}
.handle {
  position: absolute;
  right: 0;
  bottom: calc(40vh);
  padding: 0.5rem 0.375rem;
  border-radius: 0.5rem 0 0 0.5rem;
  writing-mode: vertical-rl;
}
:host([inline]) .handle {
  position: static;
  width: 100%;
  padding: 0.375rem 1rem calc(0.375rem + env(safe-area-inset-bottom, 0px));
  border-width: 1px 0 0;
  border-radius: 0;
  writing-mode: horizontal-tb;
  text-align: left;
}
:host([open]) .handle {
  display: none;
}
header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 0.75rem;
  padding: 0.375rem 0.75rem;
  border-bottom: 1px solid var(--line);
  background: var(--raised);
}
[role='tablist'] {
  display: flex;
  flex: 1 1 auto;
  gap: 0.125rem;
  overflow-x: auto;
  scrollbar-width: none;
}
.report {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  margin-left: auto;
}
.report label {
  display: flex;
  align-items: center;
  gap: 0.25rem;
  color: var(--muted);
  white-space: nowrap;
}
button {
  min-height: 1.875rem;
  padding: 0.125rem 0.625rem;
  border: 1px solid var(--line);
  border-radius: 0.375rem;
  background: var(--ground);
  color: inherit;
  font: inherit;
  white-space: nowrap;
  cursor: pointer;
}
button:hover {
  border-color: var(--muted);
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 1px;
}
[role='tab'] {
  border-color: transparent;
  background: none;
  color: var(--muted);
}
[role='tab'][aria-selected='true'] {
  background: var(--ground);
  border-color: var(--line);
  color: var(--text);
  font-weight: 600;
}
[role='tab'] b {
  margin-left: 0.375rem;
  font-weight: 600;
  color: var(--muted);
}
.problem {
  margin: 0;
  padding: 0.375rem 0.75rem;
  background: var(--danger-soft);
  color: var(--danger);
}
.problem:empty {
  display: none;
}
.body {
  flex: 1;
  min-height: 0;
  padding: 0.75rem;
  overflow: auto;
  overscroll-behavior: contain;
}
p,
dl,
dd,
ul,
ol,
h3 {
  margin: 0;
  padding: 0;
}
ul,
ol {
  list-style: none;
}
h3 {
  margin: 1rem 0 0.25rem;
  font-size: 1em;
}
code,
time {
  font:
    0.923em/1.45 ui-monospace,
    'SF Mono',
    Menlo,
    Consolas,
    monospace;
}
.more {
  color: var(--muted);
}
.nothing {
  padding: 1.5rem 0;
  color: var(--muted);
  text-align: center;
}
.figures {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr));
  gap: 0.5rem;
  margin-bottom: 0.5rem;
}
.figures dl {
  padding: 0.5rem 0.75rem;
  border-radius: 0.5rem;
  background: var(--raised);
}
.figures dt {
  color: var(--muted);
}
.figures dd:not(.more) {
  font-size: 1.25rem;
  font-weight: 600;
  line-height: 1.3;
  font-variant-numeric: tabular-nums;
}
meter {
  display: block;
  width: 100%;
  height: 0.5rem;
  border: 0;
  border-radius: 0.25rem;
  background: var(--line);
  overflow: hidden;
}
meter::-webkit-meter-bar {
  height: 0.5rem;
  border: 0;
  border-radius: 0.25rem;
  background: var(--line);
}
meter::-webkit-meter-optimum-value {
  border-radius: 0.25rem;
  background: var(--here);
}
meter::-moz-meter-bar {
  border-radius: 0.25rem;
  background: var(--here);
}
table {
  width: 100%;
  margin-top: 0.5rem;
  border-collapse: collapse;
  font-variant-numeric: tabular-nums;
}
th {
  color: var(--muted);
  font-weight: 500;
  text-align: left;
}
td,
th {
  padding: 0.25rem 1rem 0.25rem 0;
  border-bottom: 1px solid var(--line);
  vertical-align: top;
}
td {
  overflow-wrap: anywhere;
}
.stores td:nth-child(2),
.stores th:nth-child(2),
.stores td:nth-child(3),
.stores th:nth-child(3) {
  text-align: right;
  white-space: nowrap;
}
.stores td:last-child {
  width: 40%;
  padding-right: 0;
  vertical-align: middle;
}
.entries td:first-child,
.files td:not(:first-child) {
  white-space: nowrap;
}
.legend {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1rem;
  margin-bottom: 0.5rem;
  color: var(--muted);
}
.legend li {
  display: flex;
  align-items: center;
  gap: 0.375rem;
}
.legend i {
  width: 0.75rem;
  height: 0.75rem;
  border-radius: 0.1875rem;
}
.chats li {
  border-bottom: 1px solid var(--line);
}
.chat {
  display: grid;
  grid-template-columns: minmax(6rem, 14rem) minmax(0, 1fr) minmax(10rem, auto);
  align-items: center;
  gap: 0.25rem 0.75rem;
  width: 100%;
  padding: 0.375rem 0.25rem;
  border: 0;
  border-radius: 0;
  background: none;
  text-align: left;
}
.chat:hover,
.chat[aria-expanded='true'] {
  background: var(--raised);
}
.chat .name {
  overflow: hidden;
  text-overflow: ellipsis;
}
.chat .more {
  display: flex;
  gap: 0.5rem;
  justify-content: flex-end;
  font-variant-numeric: tabular-nums;
}
.strip {
  width: 100%;
  height: 0.875rem;
  border-radius: 0.25rem;
}
.layers {
  display: block;
  width: 100%;
  height: 4rem;
}
.bed {
  fill: var(--raised);
}
.details .bed,
.chat:hover .bed,
.chat[aria-expanded='true'] .bed {
  fill: var(--line);
}
.here {
  fill: var(--here);
  background: var(--here);
}
.gap {
  fill: var(--gap);
  background: var(--gap);
}
.stale {
  fill: var(--warn);
  background: var(--warn);
}
.evicted {
  fill: var(--evicted);
  background: var(--evicted);
}
.unasked {
  fill: var(--unasked);
  background: var(--unasked);
}
.block {
  fill: var(--here);
}
.block.odd {
  fill: var(--here-odd);
}
.row {
  fill: var(--accent);
}
.details {
  padding: 0.75rem;
  background: var(--raised);
}
.axis {
  display: flex;
  justify-content: space-between;
  color: var(--muted);
  font-variant-numeric: tabular-nums;
}
.facts {
  display: grid;
  grid-template-columns: repeat(2, max-content minmax(0, 1fr));
  gap: 0.125rem 1.5rem;
  margin-top: 0.5rem;
}
.facts dt {
  color: var(--muted);
}
.facts dd {
  overflow-wrap: anywhere;
}
.gaps {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
  margin-top: 0.5rem;
}
.gaps li {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  padding: 0.125rem 0.125rem 0.125rem 0.625rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  font-variant-numeric: tabular-nums;
}
.bar {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  margin-bottom: 0.5rem;
}
.bar button:first-of-type {
  margin-left: auto;
}
.cards {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr));
  gap: 0.5rem;
}
.cards li {
  display: flex;
  flex-direction: column;
  gap: 0.25rem;
  padding: 0.625rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
}
.cards p:first-child {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 0.5rem;
}
.content {
  display: -webkit-box;
  overflow: hidden;
  overflow-wrap: anywhere;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
}
.reason {
  color: var(--danger);
  overflow-wrap: anywhere;
}
.buttons {
  display: flex;
  gap: 0.5rem;
  margin-top: auto;
  padding-top: 0.25rem;
}
.mark {
  padding: 0 0.4375rem;
  border-radius: 0.625rem;
  background: var(--soft);
  color: var(--accent);
  font-weight: 600;
  white-space: nowrap;
}
.mark.warn {
  background: var(--warn-soft);
  color: var(--warn);
}
.mark.danger {
  background: var(--danger-soft);
  color: var(--danger);
}
.steps li {
  display: grid;
  grid-template-columns: max-content minmax(8rem, 1fr) minmax(0, 2fr) minmax(9rem, 1fr);
  gap: 0.125rem 0.75rem;
  padding: 0.25rem 0;
  border-bottom: 1px solid var(--line);
  align-items: baseline;
}
.steps time {
  color: var(--muted);
}
.steps .in,
.steps .out {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem;
  min-width: 0;
}
.steps li > .more {
  font-variant-numeric: tabular-nums;
  text-align: right;
}
.chip {
  padding: 0 0.375rem;
  border-radius: 0.25rem;
  background: var(--raised);
  overflow-wrap: anywhere;
}
.chip.event {
  background: var(--soft);
  color: var(--accent);
}
.chip.call {
  background: var(--warn-soft);
  color: var(--warn);
}
@media (max-width: 40rem) {
  .panel {
    height: min(30rem, 65vh);
  }
  .body {
    padding: 0.625rem;
  }
  .chat {
    grid-template-columns: minmax(0, 1fr) auto;
  }
  .facts {
    grid-template-columns: max-content minmax(0, 1fr);
  }
  .chat svg {
    grid-column: 1 / -1;
    grid-row: 2;
  }
  .stores td:last-child,
  .stores th:last-child {
    display: none;
  }
  .stores td:nth-child(3),
  .stores th:nth-child(3) {
    padding-right: 0;
  }
  .entries tr {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.75rem;
    padding: 0.25rem 0;
    border-bottom: 1px solid var(--line);
  }
  .entries td {
    padding: 0;
    border: 0;
  }
  .entries thead {
    display: none;
  }
  .steps li {
    grid-template-columns: minmax(0, 1fr) auto;
  }
  .steps .in {
    grid-column: 1 / -1;
    grid-row: 1;
  }
  .steps .out {
    grid-column: 1 / -1;
  }
  .steps time {
    grid-row: 3;
  }
  .steps li > .more {
    grid-row: 3;
  }
}
`;
