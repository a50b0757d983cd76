import { useState } from 'preact/hooks';
import type { Larder, LarderStats } from 'chatlarder';
import { chatHref } from '../../route';
import { readStats } from '../../storage';
import { chats, larder } from '../../store';
import { sizeText } from '../../text/bytes';
import { titleOf } from '../../text/names';
import { reasonOf } from '../../text/reasons';
import { Avatar } from '../avatar';
import { DeleteIcon, PinIcon } from '../icons';
import { Section } from './section';

/** So many are listed at first. */
const shownAtFirst = 6;

/** The chats with files on this device: which of them are pinned, and what is cleared. */
export function StoredChats({ stored }: { stored: LarderStats }) {
  const [isWhole, setWhole] = useState(false);
  const [said, setSaid] = useState('');
  const withFiles = stored.byChat
    .filter(({ mediaSize, pinned }) => mediaSize > 0 || pinned)
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.mediaSize - a.mediaSize);
  const shown = isWhole ? withFiles : withFiles.slice(0, shownAtFirst);
  const act = async (work: (opened: Larder) => Promise<string>) => {
    setSaid('');
    const done = await work(larder.value!).catch(reasonOf);
    await readStats();
    setSaid(done);
  };
  const clearAll = () =>
    act(async ({ media }) => {
      const freed = stored.mediaSize > 0 ? await media.evict(stored.mediaSize) : 0;
      return freed > 0 ? `${sizeText(freed)} cleared.` : 'There was nothing to clear: pinned chats stay.';
    });
  return (
    <Section
      id="chats"
      title="Pictures and files"
      aside={
        <button
          type="button"
          class="secondary"
          data-testid="clear-media"
          disabled={stored.mediaSize === 0}
          onClick={() => void clearAll()}
        >
          Clear all
        </button>
      }
    >
      {withFiles.length === 0 && <p class="settings-note">No pictures or files are stored.</p>}
      <ul class="stored-chats" role="list">
        {shown.map((chat) => (
          <StoredChat key={chat.requestId} {...chat} act={(work) => void act(work)} />
        ))}
      </ul>
      {shown.length < withFiles.length && (
        <button type="button" class="link-button" onClick={() => setWhole(true)}>
          Show all {withFiles.length.toLocaleString()} chats
        </button>
      )}
      <p class="settings-note" role="status" data-testid="clear-report">
        {said}
      </p>
    </Section>
  );
}

interface Props {
  requestId: string;
  mediaSize: number;
  pinned: boolean;
  act: (work: (opened: Larder) => Promise<string>) => void;
}

function StoredChat({ requestId, mediaSize, pinned, act }: Props) {
  const title = titleOf(chats.value?.find((chat) => chat.requestId === requestId));
  const togglePin = () =>
    act(async ({ media }) => {
      await (pinned ? media.unpin(requestId) : media.pin(requestId));
      return pinned ? `“${title}” is no longer pinned.` : `“${title}” is pinned: its files stay here.`;
    });
  const clear = () =>
    act(async ({ media }) => {
      await media.delete(requestId);
      return `${sizeText(mediaSize)} of “${title}” cleared.`;
    });
  return (
    <li class="stored-chat" data-testid="stored-chat" data-id={requestId} data-pinned={pinned}>
      <Avatar id={requestId} name={title} size="small" />
      <span class="stored-chat-text">
        <a class="stored-chat-title" href={chatHref(requestId)}>
          {title}
        </a>
        <span class="stored-chat-size">{sizeText(mediaSize)}</span>
      </span>
      <button
        type="button"
        class="round-button is-toggle"
        data-testid="pin"
        aria-pressed={pinned}
        aria-label={`Keep the files of ${title}`}
        title={pinned ? 'Pinned: these files stay' : 'Pin'}
        onClick={togglePin}
      >
        <PinIcon />
      </button>
      <button
        type="button"
        class="round-button"
        data-testid="clear-chat"
        disabled={mediaSize === 0}
        aria-label={`Clear the files of ${title}`}
        title="Clear"
        onClick={clear}
      >
        <DeleteIcon />
      </button>
    </li>
  );
}
