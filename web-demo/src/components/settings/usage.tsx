import type { LarderStats } from 'chatlarder';
import { kindOf } from '../../attachments';
import { limit } from '../../limit';
import { chats } from '../../store';
import { sizeText } from '../../text/bytes';
import { titleOf } from '../../text/names';
import { Section } from './section';
import { StackedBar } from './stacked-bar';
import type { Segment } from './stacked-bar';

/** So many chats have a segment of their own, from the largest on in these colours. */
const chatColours = ['hue-5', 'hue-8', 'hue-1', 'hue-10', 'hue-3', 'hue-7'];

const kinds = [
  { key: 'picture', label: 'Pictures', colour: 'hue-4' },
  { key: 'film', label: 'Films', colour: 'hue-8' },
  { key: 'sound', label: 'Sounds', colour: 'hue-1' },
  { key: 'file', label: 'Files', colour: 'hue-10' },
] as const;

/** How much of the limit is used, by types and by chats. */
export function Usage({ stored }: { stored: LarderStats }) {
  const total = Math.max(limit.value, stored.totalSize);
  return (
    <Section
      id="usage"
      title="In use"
      aside={
        <p class="settings-total">
          <strong data-testid="stats-total" data-bytes={stored.totalSize}>
            {sizeText(stored.totalSize)}
          </strong>{' '}
          of {sizeText(limit.value)}
        </p>
      }
    >
      <StackedBar name="types" title="By type" segments={typesOf(stored)} total={total} />
      <StackedBar name="chats" title="By chat" segments={chatsOf(stored)} total={total} />
    </Section>
  );
}

function typesOf({ messagesSize, byType }: LarderStats): Segment[] {
  const sizeOf = (kind: string) =>
    byType.reduce((sum, { mimeType, size }) => sum + (kindOf(mimeType) === kind ? size : 0), 0);
  const messages = { key: 'messages', label: 'Messages', colour: 'hue-6', bytes: messagesSize };
  return [messages, ...kinds.map((kind) => ({ ...kind, bytes: sizeOf(kind.key) }))];
}

function chatsOf({ byChat }: LarderStats): Segment[] {
  const segments = byChat.map(({ requestId, messagesSize, mediaSize }, index) => ({
    key: requestId,
    label: titleOf(chats.value?.find((chat) => chat.requestId === requestId)),
    colour: chatColours[index] ?? 'is-others',
    bytes: messagesSize + mediaSize,
  }));
  const others = segments.slice(chatColours.length);
  const bytes = others.reduce((sum, segment) => sum + segment.bytes, 0);
  const label = others.length === 1 ? '1 other chat' : `${others.length.toLocaleString()} other chats`;
  return [...segments.slice(0, chatColours.length), { key: 'others', label, colour: 'is-others', bytes }];
}
