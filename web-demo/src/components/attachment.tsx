import { useEffect, useRef, useState } from 'preact/hooks';
import { AttachmentView } from '../attachment-view';
import { typeName } from '../attachments';
import type { Attachment as Carried } from '../attachments';
import { enlarged } from '../enlarged';
import { connection, larder } from '../store';
import { sizeText } from '../text/bytes';
import { DocumentIcon, DownIcon, FilmIcon, PictureIcon, SoundIcon } from './icons';

/** So close to what is in view it is fetched. */
const nearMargin = '800px 0px';

const icons = { picture: PictureIcon, film: FilmIcon, sound: SoundIcon, file: DocumentIcon } as const;

interface Shown {
  view: AttachmentView;
}

/** What a message carries: a picture, a player, or a file to be saved. */
export function Attachment({ carried }: { carried: Carried }) {
  const box = useRef<HTMLElement>(null);
  const view = useView(carried, box);
  const state = view?.state.value ?? 'pending';
  const { kind, filename, mimeType, size } = carried;
  const label = [typeName(mimeType), size !== null && sizeText(size)].filter(Boolean).join(', ');
  return (
    <figure
      class={`media is-${kind}`}
      ref={box}
      data-testid="media"
      data-state={state}
      data-filename={filename}
      aria-label={label}
    >
      {view && state === 'completed' ? <Contents view={view} /> : <Absent view={view} carried={carried} />}
    </figure>
  );
}

/** Opens the view with the element, and closes it with it. */
function useView(carried: Carried, box: { current: HTMLElement | null }): AttachmentView | null {
  const [view, setView] = useState<AttachmentView | null>(null);
  const { requestId, filename } = carried;
  useEffect(() => {
    const opened = new AttachmentView(larder.value!, carried);
    const seen = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && opened.comeNear(),
      { root: box.current!.closest('.scroller'), rootMargin: nearMargin },
    );
    seen.observe(box.current!);
    setView(opened);
    return () => {
      seen.disconnect();
      opened.close();
    };
  }, [requestId, filename]);
  return view;
}

/** It is here. A browser that can't show it after all offers it as a file. */
function Contents({ view }: Shown) {
  const [isUnplayable, setUnplayable] = useState(false);
  const { kind, mimeType } = view.attachment;
  const file = view.file.value!;
  const source = view.stream.value ?? file.url;
  const onError = () => (view.stream.value ? (view.stream.value = null) : setUnplayable(true));
  if (kind === 'file' || !file.inline || isUnplayable) return <SaveCard view={view} />;
  if (kind === 'picture') {
    return (
      <button
        type="button"
        class="media-frame"
        aria-label={`Enlarge the picture ${file.filename}`}
        onClick={() => (enlarged.value = file)}
      >
        <img src={file.url} alt="" decoding="async" onError={onError} />
      </button>
    );
  }
  const player = { controls: true, preload: 'metadata', src: source, onError } as const;
  if (kind === 'sound') {
    return (
      <>
        <audio {...player} aria-label={file.filename} />
        <figcaption class="media-name">{file.filename}</figcaption>
      </>
    );
  }
  return (
    <div class="media-frame">
      <video {...player} playsInline aria-label={`${typeName(mimeType)} ${file.filename}`} />
    </div>
  );
}

/** A file that is here, to be saved under its name. */
function SaveCard({ view }: Shown) {
  const { mimeType, size } = view.attachment;
  const file = view.file.value!;
  return (
    <a class="media-card" href={file.url} download={file.filename} data-testid="save">
      <span class="media-icon">
        <DocumentIcon />
      </span>
      <span class="media-text">
        <span class="media-name">{file.filename}</span>
        <span class="media-detail">
          {typeName(mimeType)}
          {size !== null && ` · ${sizeText(size)}`}
        </span>
      </span>
      <span class="media-action">
        <DownIcon />
        <span class="visually-hidden">Save</span>
      </span>
    </a>
  );
}

/** It isn't here: it is on its way, waits to be asked for, or couldn't be got. */
function Absent({ view, carried }: { view: AttachmentView | null; carried: Carried }) {
  const { kind, mimeType, size } = carried;
  const Icon = icons[kind];
  const isFramed = kind === 'picture' || kind === 'film';
  const thumbnail = view?.thumbnail.value;
  return (
    <div class={isFramed ? 'media-frame' : 'media-card'}>
      {thumbnail && <img src={thumbnail} alt="" class="is-thumbnail" />}
      <span class="media-icon">
        <Icon />
      </span>
      <span class="media-text">
        <span class="media-name">
          {typeName(mimeType)}
          {size !== null && <span class="media-detail"> · {sizeText(size)}</span>}
        </span>
        {view && <Status view={view} />}
      </span>
    </div>
  );
}

function Status({ view }: Shown) {
  const failure = view.failure.value;
  if (view.state.value === 'downloading') return <Progress percent={view.progress.value} />;
  if (failure) {
    return (
      <>
        <span class="media-failure" data-testid="media-failure">
          {failure.reason}
        </span>
        <button type="button" class="link-button" data-testid="media-retry" onClick={() => void view.load()}>
          Try again
        </button>
      </>
    );
  }
  if (!view.isLarge.value) return null;
  return (
    <button type="button" class="link-button" data-testid="media-load" onClick={() => void view.load()}>
      Download
    </button>
  );
}

/** How much has come, or that nothing can come at the moment. */
function Progress({ percent }: { percent: number }) {
  if (connection.value === 'offline') return <span class="media-detail">Waits for a connection</span>;
  return (
    <progress
      class="media-progress"
      data-testid="media-progress"
      max={100}
      value={percent}
      aria-label="Downloading"
    />
  );
}
