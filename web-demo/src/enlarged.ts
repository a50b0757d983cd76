import { signal } from '@preact/signals';
import type { MediaUrl } from 'chatlarder';

/** The picture that is shown in full, before everything else. */
export const enlarged = signal<MediaUrl | null>(null);
