import { signal } from '@preact/signals';

/** The same condition as in the style sheets. */
const narrow = matchMedia('(max-width: 45rem)');

/** Whether there is room for either the list or a chat, not both. */
export const isSinglePane = signal(narrow.matches);

/** Whether there is a keyboard to write with; the one on a touch screen would cover the messages. */
export const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)').matches;

narrow.addEventListener('change', ({ matches }) => (isSinglePane.value = matches));
